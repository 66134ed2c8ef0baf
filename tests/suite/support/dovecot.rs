//! A dovecot that serves one mailbox by IMAP, in a folder of its own.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use tempfile::TempDir;

use super::mta::{free_port, is_root, open_to_all, wait_for};
use super::postfix::{certificate, open_folder, quiet};

pub struct Dovecot {
    folder: TempDir,
    /// In clear, or by STARTTLS.
    pub port: u16,
    pub tls_port: u16,
    dovecot: Child,
}

pub const USER: &str = "retours";
pub const PASSWORD: &str = "bon-secret";

impl Dovecot {
    /// `None` when this is not root: dovecot serves mailboxes of others only as root.
    pub fn start() -> Option<Self> {
        if !is_root() || !Path::new("/usr/sbin/dovecot").exists() {
            eprintln!("skipped: dovecot is not there, or this is not root");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("glaneur-dovecot").tempdir_in("/tmp").unwrap();
        let dir = folder.path();
        open_folder(dir);
        for name in ["run", "mail", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir(dir.join(name)).unwrap();
            if name != "run" {
                open_to_all(&dir.join(name));
            }
        }
        certificate(dir);
        let (port, tls_port) = (free_port(), free_port());
        fs::write(dir.join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).unwrap();
        let conf = CONF.replace("{dir}", &dir.display().to_string()).replace("{port}", &port.to_string());
        fs::write(dir.join("dovecot.conf"), conf.replace("{tls_port}", &tls_port.to_string())).unwrap();
        let dovecot = quiet(Command::new("/usr/sbin/dovecot").arg("-F").arg("-c").arg(dir.join("dovecot.conf")));
        wait_for(SocketAddr::from(([127, 0, 0, 1], tls_port)));
        Some(Self { folder, port, tls_port, dovecot })
    }

    /// The authority that signed its certificate, in PEM.
    pub fn authority(&self) -> String {
        fs::read_to_string(self.folder.path().join("cert.pem")).unwrap()
    }

    /// A message arrives.
    pub fn deliver(&self, name: &str, message: &str) {
        fs::write(self.folder.path().join("mail/new").join(name), message).unwrap();
    }

    /// The files of the messages that are there, with their marks.
    pub fn messages(&self) -> Vec<String> {
        let of = |folder: &str| -> Vec<PathBuf> {
            fs::read_dir(self.folder.path().join(folder)).unwrap().flatten().map(|entry| entry.path()).collect()
        };
        let files = of("mail/new").into_iter().chain(of("mail/cur"));
        files.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // dovecot ends its helpers on SIGTERM; SIGKILL would orphan them.
        let _ = Command::new("kill").arg(self.dovecot.id().to_string()).status();
        let _ = self.dovecot.wait();
    }
}

const CONF: &str = "\
base_dir = {dir}/run
log_path = {dir}/dovecot.log
protocols = imap
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
auth_mechanisms = plain login
mail_location = maildir:{dir}/mail
first_valid_uid = 1
first_valid_gid = 1
passdb {
  driver = passwd-file
  args = {dir}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home={dir}/mail
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = {port}
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
";
