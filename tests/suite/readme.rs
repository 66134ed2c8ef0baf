//! The README says what the program does, not what it once did.

use crate::support::{MONDAY, Workspace};

fn block(name: &str) -> String {
    let readme = include_str!("../../README.md");
    let begin = format!("<!-- {name}:begin -->\n");
    let end = format!("<!-- {name}:end -->");
    let inside = readme.split(&begin).nth(1).and_then(|rest| rest.split(&end).next()).expect("the block is there");
    inside.lines().map(|line| line.strip_prefix("    ").unwrap_or(line).to_owned() + "\n").collect()
}

#[test]
fn the_demonstration_prints_what_the_readme_shows() {
    let workspace = Workspace::sqlite();
    let answer = workspace.run_at(MONDAY, "demo --once").done();
    assert_eq!(answer.out, block("demo-summary"), "write the new summary into README.md");
}

#[test]
fn every_command_of_the_help_is_known_to_the_guide_or_the_readme() {
    let documents = concat!(include_str!("../../README.md"), include_str!("../../docs/guide-administrateur.md"));
    let help = Workspace::sqlite().run("--help").done().out;
    let commands = help.lines().skip_while(|line| !line.starts_with("Commandes")).skip(1);
    let listed = commands.map_while(|line| line.strip_prefix("  "));
    // A description that goes on is set further in.
    let names: Vec<&str> =
        listed.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(' ').next()).collect();
    assert!(names.len() > 8, "{help}");
    for name in names {
        assert!(documents.contains(&format!("glaneur {name}")) || documents.contains(&format!("-- {name}")), "{name}");
    }
}
