//! An agent of the user's launchd.

use std::path::Path;

use super::{Runs, Service};

/// What the agent is called.
const LABEL: &str = "alcd";

pub(super) fn service(runs: &Runs<'_>, user: &Path) -> Service {
    let Runs { program, home, variables } = runs;
    let words = [*program, "run", "--home", home].map(string);
    let essence = format!("\t<array>\n{}\t</array>\n", words.concat());
    let variables = variables
        .iter()
        .map(|(name, value)| format!("\t\t<key>{}</key>\n{}", escaped(name), string(value)));
    let variables: String = variables.collect();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n\
         \t<key>Label</key>\n\t<string>{LABEL}</string>\n\
         \t<key>ProgramArguments</key>\n{essence}\
         \t<key>EnvironmentVariables</key>\n\t<dict>\n{variables}\t</dict>\n\
         \t<key>RunAtLoad</key>\n\t<true/>\n\
         \t<key>KeepAlive</key>\n\t<dict>\n\t\t<key>Crashed</key>\n\t\t<true/>\n\t</dict>\n\
         </dict>\n</plist>\n"
    );
    let file = user.join("Library/LaunchAgents").join(format!("{LABEL}.plist"));
    let launchctl =
        |words: &[&str]| ["launchctl"].iter().chain(words).map(|word| (*word).to_owned()).collect();
    let path = file.display().to_string();
    Service {
        // `load -w` may be said again of one that is there, which `bootstrap` refuses.
        enable: vec![launchctl(&["load", "-w", &path])],
        disable: vec![launchctl(&["unload", "-w", &path])],
        file,
        text,
        essence,
        lingers: None,
    }
}

fn string(text: &str) -> String {
    format!("\t\t<string>{}</string>\n", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_names_its_program_and_folder_whatever_they_are_called() {
        let runs = Runs { program: "/opt/alcd", home: "/x/<&>", variables: vec![("PATH", "/bin")] };
        let service = service(&runs, Path::new("/Users/x"));
        assert_eq!(service.file, Path::new("/Users/x/Library/LaunchAgents/alcd.plist"));
        let words = "\t\t<string>/opt/alcd</string>\n\t\t<string>run</string>\n\
                     \t\t<string>--home</string>\n\t\t<string>/x/&lt;&amp;&gt;</string>\n";
        assert!(service.text.contains(words), "{}", service.text);
        assert!(service.text.contains("<key>PATH</key>\n\t\t<string>/bin</string>"));
    }

    #[test]
    fn an_agent_is_xml_that_says_what_it_should() {
        let variables = vec![("A&B", "\"<x>\" 'y' ]]>")];
        let runs = Runs { program: "/opt/a & b", home: "/x/<&>\u{e9}", variables };
        let text = service(&runs, Path::new("/Users/x")).text;
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let file = roxmltree::Document::parse_with_options(&text, options).expect("XML");
        let dict = file.root_element().first_element_child().expect("a dict");
        // Each key before its value.
        let entries: Vec<_> = dict.children().filter(roxmltree::Node::is_element).collect();
        let value = |name: &str| {
            let of = |pair: &&[roxmltree::Node<'_, '_>]| pair[0].text() == Some(name);
            entries.chunks(2).find(of).map(|pair| pair[1]).expect("a value")
        };
        let texts = |node: roxmltree::Node<'_, '_>| -> Vec<_> {
            let elements = node.children().filter(roxmltree::Node::is_element);
            elements.map(|node| node.text().unwrap_or_default().to_owned()).collect()
        };
        assert!(entries.iter().step_by(2).all(|key| key.has_tag_name("key")));
        let words = ["/opt/a & b", "run", "--home", "/x/<&>\u{e9}"];
        assert_eq!(texts(value("ProgramArguments")), words);
        assert_eq!(texts(value("EnvironmentVariables")), ["A&B", "\"<x>\" 'y' ]]>"]);
        assert!(value("RunAtLoad").has_tag_name("true"));
    }
}
