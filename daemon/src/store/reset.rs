//! `alc.state.reset`: a flow goes back to an earlier step.

use std::path::Path;

use serde_json::{Value, json};

use super::{Change, StateError};

/// Takes steps and fields out of a value that looks like `{data = {…}}`.
pub(crate) fn reset(
    mut value: Value,
    options: &Value,
    backup: &Path,
) -> Result<Change, StateError> {
    let invalid = || StateError::Refused("state: shape invalid".to_owned());
    let data = value.get_mut("data").and_then(Value::as_object_mut).ok_or_else(invalid)?;
    let wanted =
        |name: &str| options.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut steps_removed, mut fields_removed) = (Vec::new(), Vec::new());
    // A list that is empty in Lua is an object here.
    let steps = data.get_mut("completed_steps").filter(|steps| **steps != json!({}));
    if let Some(steps) = steps {
        let (steps, unwanted) = (steps.as_array_mut().ok_or_else(invalid)?, wanted("steps"));
        steps.retain(|step| {
            let stays = !unwanted.contains(step);
            if !stays {
                steps_removed.push(step.clone());
            }
            stays
        });
    }
    for field in wanted("fields") {
        if field.as_str().is_some_and(|field| data.remove(field).is_some()) {
            fields_removed.push(field);
        }
    }
    let told = json!({
        "ok": true,
        "backup_path": backup.to_string_lossy(),
        "steps_removed": steps_removed,
        "fields_removed": fields_removed,
    });
    Ok(Change { new: Some(value), told, backup: true })
}
