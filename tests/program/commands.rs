//! What each command comes to: exit codes, warnings, the files that it writes.

use std::fs;
use std::io;
use std::process::Stdio;

use tempfile::TempDir;

use super::{command, ingress, run};

#[test]
fn what_cannot_be_read_makes_the_exit_code_two() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(
        path.join("good.yaml"),
        ingress("serviceName=tea a path=/tea"),
    )
    .unwrap();
    fs::write(path.join("bad.yaml"), "apiVersion: [\n").unwrap();
    for command in ["check", "fix", "migrate"] {
        for (arguments, inputs) in [
            (&["good.yaml", "missing.yaml"][..], 1),
            (&["bad.yaml"], 1),
            (&["missing.yaml", "bad.yaml"], 2),
        ] {
            let (code, stdout, stderr) = run(path, &[&[command], arguments].concat(), "");
            assert_eq!(code, 2, "{command} {arguments:?} {stderr}");
            let counted = match inputs {
                1 => "1 input could not be read",
                _ => "2 inputs could not be read",
            };
            let all = stdout + &stderr;
            assert!(all.contains(counted), "{command} {arguments:?} {all}");
        }
    }
}

/// As `head` does: what is left to print is of no interest, and the work goes on.
#[test]
fn a_reader_who_stops_reading_stops_no_work() {
    let affinity = ingress("x").replace(
        "nginx.com/sticky-cookie-services: x",
        "nginx.ingress.kubernetes.io/affinity: cookie",
    );
    let written = ingress("serviceName=tea a expires=1h HttpOnly path=/tea");
    for (arguments, text) in [
        (&["check"][..], &written),
        (&["check", "--format", "json", "--verbose"], &written),
        (&["check", "--statistics"], &written),
        (&["fix", "--diff"], &written),
        (&["fix", "--check"], &written),
        (&["fix"], &written),
        (&["migrate"], &affinity),
        (&["migrate", "--format", "jsonl"], &affinity),
        (&["migrate", "--diff"], &affinity),
        (&["migrate", "--write"], &affinity),
    ] {
        let folders = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        let arguments = [arguments, &["a.yaml", "missing.yaml", "b.yaml"]].concat();
        for folder in &folders {
            for file in ["a.yaml", "b.yaml"] {
                fs::write(folder.path().join(file), text).unwrap();
            }
        }
        let (expected, ..) = run(folders[0].path(), &arguments, "");
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let status = command(folders[1].path(), &arguments)
            .stdin(Stdio::null())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(expected), "{arguments:?}");
        for file in ["a.yaml", "b.yaml"] {
            let [whole, closed] = folders.each_ref().map(|folder| {
                let path = folder.path().join(file);
                fs::read_to_string(path).unwrap()
            });
            assert_eq!(closed, whole, "{arguments:?}");
        }
    }
}

/// The last line of a text may have no end, and is not lost in silence either.
#[test]
fn what_cannot_be_written_to_standard_output_is_an_error() {
    let text = ingress("serviceName=tea a expires=1h HttpOnly path=/tea");
    for arguments in [
        &["fix", "-"][..],
        &["fix", "--diff", "-"],
        &["migrate", "--write", "-"],
        &["check", "-"],
    ] {
        let folder = TempDir::new().unwrap();
        let input = folder.path().join("a.yaml");
        fs::write(&input, text.trim_end()).unwrap();
        let output = command(folder.path(), arguments)
            .stdin(fs::File::open(&input).unwrap())
            .stdout(
                fs::OpenOptions::new()
                    .write(true)
                    .open("/dev/full")
                    .unwrap(),
            )
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("No space left"), "{arguments:?}: {said}");
    }
}

#[test]
fn nothing_to_see_is_an_error_unless_it_is_allowed() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("a.yaml"),
        "apiVersion: v1\nkind: Secret\n",
    )
    .unwrap();
    for command in ["check", "fix"] {
        for (flags, expected) in [(&[][..], 3), (&["--allow-empty"], 0)] {
            let arguments = [&[command, "a.yaml"], flags].concat();
            let (code, ..) = run(folder.path(), &arguments, "");
            assert_eq!(code, expected, "{arguments:?}");
        }
    }
}

#[test]
fn a_path_for_no_service_is_warned_of() {
    let folder = TempDir::new().unwrap();
    let affinity = ingress("x").replace(
        "nginx.com/sticky-cookie-services: x",
        "nginx.ingress.kubernetes.io/affinity: cookie",
    );
    fs::write(folder.path().join("a.yaml"), affinity).unwrap();
    for (path, warned) in [("tea=/tea", false), ("coffee=/coffee", true)] {
        let (_, _, stderr) = run(folder.path(), &["migrate", "--path", path, "a.yaml"], "");
        let warning = "warning: --path coffee=…: no Ingress to migrate has a service of that name";
        assert_eq!(stderr.contains(warning), warned, "{stderr}");
    }
}

#[test]
fn a_prefix_of_nothing_is_that_of_ingress_nginx() {
    let folder = TempDir::new().unwrap();
    let affinity = |prefix: &str| {
        let key = format!("{prefix}/affinity: cookie");
        ingress("x").replace("nginx.com/sticky-cookie-services: x", &key)
    };
    let community = affinity("nginx.ingress.kubernetes.io");
    fs::write(folder.path().join("a.yaml"), community).unwrap();
    fs::write(folder.path().join("b.yaml"), affinity("own.example")).unwrap();
    for (prefix, file, code) in [
        ("", "a.yaml", 0),
        ("nginx.ingress.kubernetes.io/", "a.yaml", 0),
        ("own.example", "b.yaml", 0),
        ("own.example", "a.yaml", 3),
        ("", "b.yaml", 3),
    ] {
        let arguments = ["migrate", "--annotations-prefix", prefix, file];
        let (seen, stdout, stderr) = run(folder.path(), &arguments, "");
        assert_eq!(seen, code, "{prefix} {file}: {stdout}{stderr}");
    }
}

#[test]
fn a_folder_of_manual_pages_has_one_for_each_command() {
    let folder = TempDir::new().unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["man", "--dir", "a/b"], "");
    assert_eq!((code, &*stdout, &*stderr), (0, "", ""));
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder.path().join("a/b")).unwrap() {
        pages.push(entry.unwrap().file_name().into_string().unwrap());
    }
    for page in ["stickler.1", "stickler-check.1", "stickler-certs-inspect.1"] {
        assert!(pages.iter().any(|it| it == page), "{pages:?}");
    }
    assert!(pages.iter().all(|it| !it.contains("help")), "{pages:?}");
    let (_, printed, _) = run(folder.path(), &["man", "certs", "inspect"], "");
    let written = fs::read_to_string(folder.path().join("a/b/stickler-certs-inspect.1")).unwrap();
    assert_eq!(printed, written);
}

#[test]
fn a_manual_page_names_the_files_that_its_command_finds() {
    for (command, expected) in [
        ("check", &["stickler.yaml", r"\&.sticklerignore"][..]),
        ("fix", &["stickler.yaml", r"\&.sticklerignore"]),
        ("audit", &["stickler.yaml", "~/.kube/config"]),
        ("serve", &[]),
        ("review", &[]),
        ("explain", &[]),
    ] {
        let folder = TempDir::new().unwrap();
        let (_, page, _) = run(folder.path(), &["man", command], "");
        let files = page.split(".SH \"FILES\"\n").nth(1).unwrap_or_default();
        let files = files.split(".SH").next().unwrap();
        for file in ["stickler.yaml", r"\&.sticklerignore", "~/.kube/config"] {
            let names = files.contains(&format!(r"\fB{file}\fR"));
            assert_eq!(names, expected.contains(&file), "{command} {file}: {files}");
        }
    }
}

#[test]
fn a_report_needs_a_file() {
    let folder = TempDir::new().unwrap();
    for value in ["json=", "json", "=a"] {
        let (code, _, stderr) = run(folder.path(), &["check", "--output", value, "-"], "");
        assert_eq!(code, 2, "{value}: {stderr}");
        assert!(stderr.contains("--output"), "{value}: {stderr}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_list_of_rules_has_a_severity_where_it_is_not_the_usual_one() {
    let folder = TempDir::new().unwrap();
    let (_, list, _) = run(folder.path(), &["explain"], "");
    let line = |rule: &str| {
        let mut lines = list.lines();
        let line = lines.find(|line| line.trim_start().starts_with(rule));
        line.unwrap().to_owned()
    };
    for rule in ["unknown-parameter ", "malformed-entry ", "path-mismatch "] {
        let line = line(rule);
        assert!(
            !line.contains("(error)") && !line.contains("(warning)"),
            "{line}"
        );
    }
    assert!(list.contains("(note)"), "{list}");
}
