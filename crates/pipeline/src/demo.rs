//! `demo`: the main job from end to end on a small encrypted backup of its own making. Everything in
//! it is invented.

use std::path::{Path, PathBuf};

use model::Sensitive;
use policy::{AuthorityKind, Policy, Post, Role};
use secrecy::SecretString;
use serde::Serialize;

use crate::error::JobError;
use crate::ingest::{Ingest, IngestReport, ingest};
use crate::open::SourceOptions;
use crate::operators::init;
use crate::places::{Places, shown};
use crate::production::{Export, ExportReport, export, start_page};
use crate::progress::{Phase, Progress};
use crate::register::{self, NewCustodian};
use crate::verify::{VerifyReport, verify};

/// Password of the sample backup.
pub const BACKUP_PASSWORD: &str = "Rødgrød-med-fløde-2026";
/// Passphrase of the sample operator.
pub const OPERATOR_PASSPHRASE: &str = "en lang adgangssætning til prøven";

/// What the demo made.
#[derive(Debug, Serialize)]
pub struct DemoReport {
    /// The sample backup.
    pub backup: String,
    /// The archive.
    pub archive: String,
    /// Its key store.
    pub keys: String,
    /// The holding area.
    pub holding: String,
    /// The readable production.
    pub export: String,
    /// Its start page.
    pub start: String,
    /// What was taken in.
    pub ingest: IngestReport,
    /// What was verified.
    pub verify: VerifyReport,
    /// What was produced.
    pub production: ExportReport,
}

/// Runs the demo in `dir`, which must be empty or not there.
///
/// # Errors
/// [`JobError::NotEmpty`]; anything else is a mistake of ours.
pub fn demo(dir: &Path, english: bool, now: i64, progress: Progress<'_>) -> Result<DemoReport, JobError> {
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(JobError::NotEmpty { path: dir.to_owned() });
    }
    let at = |name: &str| -> PathBuf { dir.join(name) };
    progress.begin(Phase::Generating, None);
    // Apple's own rounds: the demo takes as long as a real backup's key does
    let spec = testkit::Spec { rounds: 10_000_000, ..testkit::Spec::small(2026, BACKUP_PASSWORD) };
    testkit::write(&spec, &at("backup"))
        .map_err(|e| JobError::io(at("backup"), "writing the sample backup", &e))?;
    std::fs::create_dir_all(at("holding"))
        .map_err(|e| JobError::io(at("holding"), "making the folder", &e))?;
    secret_file(&at("backup-passphrase.txt"), BACKUP_PASSWORD)?;
    secret_file(&at("passphrase.txt"), OPERATOR_PASSPHRASE)?;
    let places = Places::new(at("archive"), at("keys"));
    let passphrase = SecretString::from(OPERATOR_PASSPHRASE);
    let made = init(&places, &passphrase, "Prøveoperatør", &Policy::default(), now)?;
    std::fs::write(at("trusted-keys"), format!("{}\n", made.trusted_key))
        .map_err(|e| JobError::io(at("trusted-keys"), "writing the key", &e))?;
    let operator = places.unlock(&passphrase)?;
    let custodian = NewCustodian {
        id: "departementschef".to_owned(),
        name: Sensitive::new("Karen Prøve".to_owned()),
        role: Role { post: Post::PermanentSecretary, authority: AuthorityKind::Department, pay_grade: None },
        from: jiff::civil::date(2025, 1, 1),
        to: None,
        numbers: Vec::new(),
        devices: vec![Sensitive::new(spec.serial.clone())],
        reference: None,
    };
    register::add(&places, &operator, &custodian, now)?;
    let job = Ingest {
        places: places.clone(),
        custodian: custodian.id.clone(),
        sources: vec![at("backup")],
        options: SourceOptions {
            passphrase: Some(SecretString::from(BACKUP_PASSWORD)),
            ..SourceOptions::default()
        },
        copy_date: None,
        mode: None,
        contacts: None,
        journal: None,
        attest_device: false,
        now,
    };
    let taken = ingest(&job, progress)?;
    let operator = places.unlock(&passphrase)?;
    let verified = verify(&places, Some(&operator), &[], progress)?;
    let job = Export {
        places,
        custodian: custodian.id,
        from: None,
        to: None,
        out: at("export"),
        english,
        formats: export::Formats::default(),
        classification: None,
        delete_by: None,
        now,
    };
    let production = export(&job, &operator, progress)?;
    Ok(DemoReport {
        backup: shown(&at("backup")),
        archive: shown(&at("archive")),
        keys: shown(&at("keys")),
        holding: shown(&at("holding")),
        export: shown(&at("export")),
        start: shown(&start_page(&at("export"))),
        ingest: taken,
        verify: verified,
        production,
    })
}

/// Writes one of the sample's secrets, so that every other command can be tried on it.
fn secret_file(path: &Path, secret: &str) -> Result<(), JobError> {
    let write = || {
        std::fs::write(path, format!("{secret}\n"))?;
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(())
    };
    write().map_err(|e: std::io::Error| JobError::io(path, "writing a sample secret", &e))
}
