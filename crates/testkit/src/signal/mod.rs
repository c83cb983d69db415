//! Sample backups of Signal for Android: the backup file in both versions and three eras of its
//! schema, the folder of local backups, and the database of Signal Desktop. Written from the descriptions in `docs/readers/signal.md`
//! and Signal's own sources, not from our reader. The same specification gives the same bytes.

mod desktop;
mod file;
mod folder;
mod sealer;
mod story;
mod wire;

pub use desktop::{DESKTOP_KEY, PAGE, write_desktop};
pub use file::{Era, FileSpec, write_file};
pub use folder::{FolderSpec, write_folder};
pub use story::{Expected, PASSPHRASE, RECOVERY_KEY, SECRET_MARK, Truth};
