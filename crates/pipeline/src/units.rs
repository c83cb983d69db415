//! `job units`: what has a computer run a job every month. For Linux a systemd service and its timer (systemd.service(5),
//! systemd.exec(5), systemd.timer(5)), for Windows a task (Task Scheduler schema 1.2). The service reaches no network and
//! writes to the job's own folders only.

use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::error::JobError;
use crate::job::Job;

/// What was written.
#[derive(Debug, Serialize)]
pub struct UnitsReport {
    /// Service, timer and task, as paths.
    pub files: Vec<String>,
}

/// Writes the files into a folder, which is made where it is not there; nothing is overwritten. `name` is what they are
/// called, `program` what they start.
///
/// # Errors
/// [`JobError::JobFile`], [`JobError::BadValue`] for a name that is none, or for a path that is no text;
/// [`JobError::NotEmpty`] where one of the files is there; [`JobError::Io`].
pub fn write(file: &Path, name: &str, program: &Path, out: &Path) -> Result<UnitsReport, JobError> {
    let whole = |path: &Path| -> Result<String, JobError> {
        let path = std::path::absolute(path).map_err(|e| JobError::io(path, "finding the path", &e))?;
        // systemd takes no path with a step upwards in it
        let mut whole = PathBuf::new();
        for part in path.components() {
            match part {
                Component::ParentDir => drop(whole.pop()),
                other => whole.push(other),
            }
        }
        whole.into_os_string().into_string().map_err(|_| JobError::BadValue {
            what: "path",
            why: "units hold text: give a path of letters".to_owned(),
        })
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(plain) {
        let why = "letters of English, digits, hyphen, underscore and point only".to_owned();
        return Err(JobError::BadValue { what: "--name", why });
    }
    let job = Job::read(file)?;
    let (program, file) = (whole(program)?, whole(file)?);
    let written: Result<Vec<String>, JobError> = job.writes_to().iter().map(|path| whole(path)).collect();
    let units = [
        (format!("{name}.service"), service(name, &program, &file, &written?).into_bytes()),
        (format!("{name}.timer"), timer(name).into_bytes()),
        (format!("{name}.xml"), utf16(&task(name, &program, &file))),
    ];
    fs::create_dir_all(out).map_err(|e| JobError::io(out, "making the folder", &e))?;
    let paths: Vec<PathBuf> = units.iter().map(|(file, _)| out.join(file)).collect();
    if let Some(path) = paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        return Err(JobError::NotEmpty { path: path.clone() });
    }
    for (path, (_, bytes)) in paths.iter().zip(&units) {
        let write = || fs::File::create_new(path)?.write_all(bytes);
        write().map_err(|e| JobError::io(path, "writing a unit", &e))?;
    }
    Ok(UnitsReport { files: paths.iter().map(|path| path.display().to_string()).collect() })
}

/// A word of a unit file, quoted: specifiers and variables mean nothing in it.
fn quoted(word: &str, variables: bool) -> String {
    let mut out = String::from('"');
    for c in word.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '%' => out.push_str("%%"),
            '$' if variables => out.push_str("$$"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn service(name: &str, program: &str, job: &str, writes: &[String]) -> String {
    let writes: Vec<String> = writes.iter().map(|path| quoted(path, false)).collect();
    format!(
        "[Unit]\n\
         Description=beskedarkiv: {name}\n\
         \n\
         # 3 means that a person must look at something: the unit then shows as failed, so that somebody does.\n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={} run {}\n\
         UMask=0077\n\
         LimitCORE=0\n\
         NoNewPrivileges=yes\n\
         PrivateNetwork=yes\n\
         RestrictAddressFamilies=AF_UNIX\n\
         PrivateTmp=yes\n\
         PrivateDevices=yes\n\
         ProtectSystem=strict\n\
         ProtectHome=read-only\n\
         ReadWritePaths={}\n\
         ProtectKernelTunables=yes\n\
         ProtectKernelModules=yes\n\
         ProtectControlGroups=yes\n\
         RestrictSUIDSGID=yes\n\
         LockPersonality=yes\n\
         MemoryDenyWriteExecute=yes\n\
         SystemCallArchitectures=native\n\
         Nice=10\n",
        quoted(program, true),
        quoted(job, true),
        writes.join(" ")
    )
}

fn timer(name: &str) -> String {
    format!(
        "[Unit]\n\
         Description=beskedarkiv every month: {name}\n\
         \n\
         # the first of the month; at once where the computer was off then\n\
         [Timer]\n\
         OnCalendar=monthly\n\
         Persistent=true\n\
         RandomizedDelaySec=30min\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n"
    )
}

/// An argument of a Windows command line (CommandLineToArgvW) as XML text.
fn argument(word: &str) -> String {
    let mut out = String::from('"');
    let mut slashes = 0;
    for c in word.chars() {
        match c {
            '\\' => slashes += 1,
            '"' => {
                out.push_str(&"\\".repeat(slashes + 1));
                slashes = 0;
            }
            _ => slashes = 0,
        }
        out.push(c);
    }
    out.push_str(&"\\".repeat(slashes));
    out.push('"');
    escaped(&out)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn task(name: &str, program: &str, job: &str) -> String {
    let months: String = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    .map(|month| format!("<{month} />"))
    .concat();
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>beskedarkiv: {name}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T06:00:00</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByMonth>
        <DaysOfMonth><Day>1</Day></DaysOfMonth>
        <Months>{months}</Months>
      </ScheduleByMonth>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{}</Command>
      <Arguments>run {}</Arguments>
    </Exec>
  </Actions>
</Task>
"#,
        argument(program),
        argument(job)
    )
}

/// UTF-16, least byte first, behind a mark that says so: what the Task Scheduler reads.
fn utf16(text: &str) -> Vec<u8> {
    let text = text.replace('\n', "\r\n");
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_they_are() {
        assert_eq!(quoted("/srv/Årets job/a%b$c\"d\\e", true), r#""/srv/Årets job/a%%b$$c\"d\\e""#);
        assert_eq!(quoted("/a$b", false), "\"/a$b\"");
        assert_eq!(argument(r"C:\Job & mappe\"), r"&quot;C:\Job &amp; mappe\\&quot;");
        assert_eq!(argument("a\"b"), "&quot;a\\&quot;b&quot;");
        assert_eq!(utf16("æ\n"), [0xff, 0xfe, 0xe6, 0, 13, 0, 10, 0]);
    }
}
