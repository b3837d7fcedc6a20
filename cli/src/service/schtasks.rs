//! A task of Windows' Task Scheduler. It is described by a file in the data folder, which the scheduler
//! reads once.

use alc_ipc::Home;

use super::{Runs, Service};

/// What the task is called.
const TASK: &str = "alcd";

pub(super) fn service(runs: &Runs<'_>, home: &Home) -> Service {
    let Runs { program, home: data, .. } = runs;
    let essence = format!(
        "      <Command>{}</Command>\n      <Arguments>run --home \"{}\"</Arguments>\n",
        escaped(program),
        escaped(data)
    );
    // As the scheduler exports it; without a limit on how long it runs.
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n\
         \x20 <Triggers>\n    <LogonTrigger/>\n  </Triggers>\n\
         \x20 <Settings>\n\
         \x20   <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n\
         \x20   <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n\
         \x20   <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n\
         \x20   <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>\n\
         \x20   <Hidden>true</Hidden>\n\
         \x20 </Settings>\n\
         \x20 <Actions>\n    <Exec>\n{essence}    </Exec>\n  </Actions>\n\
         </Task>\n"
    );
    let file = home.path().join("alcd-task.xml");
    let path = file.display().to_string();
    let schtasks =
        |words: &[&str]| ["schtasks"].iter().chain(words).map(|word| (*word).to_owned()).collect();
    Service {
        enable: vec![
            schtasks(&["/Create", "/TN", TASK, "/XML", &path, "/F"]),
            schtasks(&["/Run", "/TN", TASK]),
        ],
        disable: vec![schtasks(&["/Delete", "/TN", TASK, "/F"])],
        file,
        text,
        essence,
        lingers: None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_names_its_program_and_folder() {
        let home = Home::find(Some("/data".into())).expect("a folder");
        let runs = Runs { program: r"C:\a & b\alcd.exe", home: r"C:\d", variables: vec![] };
        let service = service(&runs, &home);
        assert_eq!(service.file, home.path().join("alcd-task.xml"));
        assert!(service.text.contains(r"<Command>C:\a &amp; b\alcd.exe</Command>"));
        assert!(service.text.contains(r#"<Arguments>run --home "C:\d"</Arguments>"#));
    }

    #[test]
    fn a_task_is_xml_that_says_what_it_should() {
        let home = Home::find(Some("/data".into())).expect("a folder");
        let runs = Runs { program: r"C:\a & <b>\alcd.exe", home: r"C:\d & e", variables: vec![] };
        let text = service(&runs, &home).text;
        let file = roxmltree::Document::parse(&text).expect("XML");
        let says = |name: &str| {
            let node = file.descendants().find(|node| node.has_tag_name((TASKS, name)));
            node.and_then(|node| node.text()).expect("a text").to_owned()
        };
        assert_eq!(says("Command"), runs.program);
        assert_eq!(says("Arguments"), format!("run --home \"{}\"", runs.home));
        assert_eq!(says("ExecutionTimeLimit"), "PT0S");
    }

    /// The language of tasks.
    const TASKS: &str = "http://schemas.microsoft.com/windows/2004/02/mit/task";
}
