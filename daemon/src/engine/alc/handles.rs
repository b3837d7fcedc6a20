//! Files a piece at a time, for `io`: a handle is a path and a place in the file, so nothing is open
//! between two operations.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use mlua::{Lua, Table};
use serde_json::{Value as Json, json};

use super::{
    add,
    files::{look, once, path, told},
};

/// The most that one operation reads.
const PIECE: u64 = 64 << 10;

pub(super) fn register(lua: &Lua, host: &Table) -> mlua::Result<()> {
    // file_open(path, "r"|"w"|"a", both): whether it is something else than a file, and its length.
    add(lua, host, "file_open", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let (how, both) = (arguments.text(lua, 2)?, arguments.flag(lua, 3));
        let key = format!("open\0{}\0{how}{}", path.shown, if both { "+" } else { "" });
        let (look_only, shown) = (how == "r", path.shown.clone());
        let act = move || Ok(told_list(open(&path.full, &how, both), &shown));
        if look_only { look(lua, key, act) } else { once(lua, key, act) }
    })?;
    // file_load(path, offset, count): the next bytes, at most so many; none at the end.
    add(lua, host, "file_load", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let offset = u64::try_from(arguments.integer(lua, 2)?).unwrap_or_default();
        let key = format!("load\0{}\0{offset}", path.shown);
        look(lua, key, move || {
            let loaded = load(&path.full, offset).map(|bytes| text(bytes).to_string());
            Ok(loaded.unwrap_or_else(|error| told::<Json>(Err(error), &path.shown)))
        })
    })?;
    // file_store(path, offset, bytes): writes there, or at the end if that is negative; returns where
    // the bytes end.
    add(lua, host, "file_store", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let (offset, bytes) = (arguments.integer(lua, 2)?, arguments.bytes(3)?);
        let hash = blake3::hash(&bytes).to_hex();
        let key = format!("store\0{}\0{offset}\0{hash}", path.shown);
        let act = move || Ok(told(store(&path.full, offset, &bytes), &path.shown));
        once(lua, key, act)
    })?;
    add(lua, host, "file_size", |lua, arguments| {
        let path = path(lua, &arguments, 1)?;
        let key = format!("size\0{}", path.shown);
        let size =
            move || Ok(told(path.full.metadata().map(|metadata| metadata.len()), &path.shown));
        look(lua, key, size)
    })?;
    // file_temporary(): the path of a new, empty file.
    add(lua, host, "file_temporary", |lua, _| {
        once(lua, "temporary".to_owned(), || Ok(told(temporary(), "a temporary file")))
    })
}

fn open(path: &Path, how: &str, both: bool) -> io::Result<(bool, u64)> {
    let mut options = OpenOptions::new();
    match how {
        "r" => options.read(true).write(both),
        "w" => options.write(true).read(both).create(true).truncate(true),
        _ => options.append(true).read(both).create(true),
    };
    let metadata = options.open(path)?.metadata()?;
    if metadata.is_dir() && how != "r" {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok((!metadata.is_file(), metadata.len()))
}

fn told_list(result: io::Result<(bool, u64)>, shown: &str) -> String {
    match result {
        Ok((special, length)) => json!([special, length]).to_string(),
        Err(error) => told::<Json>(Err(error), shown),
    }
}

fn load(path: &Path, offset: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_file() {
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(PIECE).read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    // A device may never end: what it gives at once.
    let mut bytes = vec![0; 4096];
    let count = file.read(&mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn store(path: &Path, offset: i64, bytes: &[u8]) -> io::Result<u64> {
    let Ok(offset) = u64::try_from(offset) else {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        return file.stream_position();
    };
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    if file.metadata()?.is_file() {
        file.seek(SeekFrom::Start(offset))?;
    }
    file.write_all(bytes)?;
    Ok(offset + bytes.len() as u64)
}

fn temporary() -> io::Result<String> {
    let folder = std::env::temp_dir();
    loop {
        let random = getrandom::u64().map_err(|_| io::ErrorKind::Unsupported)?;
        let path = folder.join(format!("lua_{random:016x}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|_| path.to_string_lossy().into_owned()),
        }
    }
}

/// Bytes as the journal keeps them: text as it is; else each byte is the character of that number,
/// behind a mark.
pub(super) fn text(bytes: Vec<u8>) -> Json {
    String::from_utf8(bytes).map_or_else(
        |error| {
            let characters = error.as_bytes().iter().map(|byte| char::from(*byte));
            json!({ "bytes": characters.collect::<String>() })
        },
        Json::String,
    )
}
