//! The systemd units, as systemd reads them.

use std::process::Command;

/// Runs only where Debian's systemd is: it reads a unit without running anything.
#[test]
fn systemd_understands_the_units() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["gyosil.service", "gyosil@.service", "gyosil-judge.service"] {
        let unit = std::fs::read_to_string(super::root().join("deploy").join(name)).unwrap();
        // A template is read as the node of a port.
        let unit_file = folder.path().join(name.replace('@', "@8081"));
        // The check looks for the program too, which need not be installed here.
        std::fs::write(&unit_file, unit.replace("/usr/local/bin/gyosil", "/bin/true")).unwrap();
        let mut verify = Command::new("/usr/bin/systemd-analyze");
        let Ok(output) = verify.args(["verify", "--man=no"]).arg(&unit_file).output() else {
            println!("the units are not tried: there is no systemd-analyze");
            return;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{name}: {said}");
    }
}
