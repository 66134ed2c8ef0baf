//! A postfix that demands STARTTLS and AUTH, checked by dovecot, and passes what it takes to an smtp-sink.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::mta::{SmtpSink, free_port, is_root, wait_for};

pub struct Postfix {
    folder: TempDir,
    pub port: u16,
    /// Where what it accepted arrives.
    pub sink: SmtpSink,
    dovecot: Child,
    master: Child,
}

pub const USER: &str = "reseau";
pub const PASSWORD: &str = "bon-secret";

impl Postfix {
    /// `None` when this is not root: postfix's master needs it.
    pub fn start() -> Option<Self> {
        if !is_root() {
            eprintln!("skipped: postfix starts only as root");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("glaneur-postfix").tempdir_in("/tmp").unwrap();
        let dir = folder.path();
        open_folder(dir);
        for name in ["queue", "data", "run"] {
            fs::create_dir(dir.join(name)).unwrap();
        }
        assert!(Command::new("chown").arg("postfix").arg(dir.join("data")).status().unwrap().success());
        certificate(dir);
        let (port, sink) = (free_port(), SmtpSink::start());
        fs::write(dir.join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).unwrap();
        fs::write(dir.join("dovecot.conf"), DOVECOT.replace("{dir}", &dir.display().to_string())).unwrap();
        let main = MAIN_CF.replace("{dir}", &dir.display().to_string());
        fs::write(dir.join("main.cf"), main.replace("{sink}", &sink.address().port().to_string())).unwrap();
        fs::write(dir.join("master.cf"), MASTER_CF.replace("{port}", &port.to_string())).unwrap();
        let dovecot = quiet(Command::new("/usr/sbin/dovecot").arg("-F").arg("-c").arg(dir.join("dovecot.conf")));
        let master = quiet(Command::new("/usr/sbin/postfix").arg("-c").arg(dir).arg("start-fg"));
        wait_for(SocketAddr::from(([127, 0, 0, 1], port)));
        Some(Self { folder, port, sink, dovecot, master })
    }

    /// The authority that signed its certificate, in PEM.
    pub fn authority(&self) -> String {
        fs::read_to_string(self.folder.path().join("cert.pem")).unwrap()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/postfix")
            .arg("-c")
            .arg(self.folder.path())
            .arg("stop")
            .stderr(Stdio::null())
            .status();
        let _ = self.master.wait();
        // dovecot ends its helpers on SIGTERM; SIGKILL would orphan them.
        let _ = Command::new("kill").arg(self.dovecot.id().to_string()).status();
        let _ = self.dovecot.wait();
    }
}

pub(super) fn quiet(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("postfix and dovecot are installed")
}

pub(super) fn open_folder(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(super) fn certificate(dir: &Path) {
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(dir.join("cert.pem"), signed.cert.pem()).unwrap();
    fs::write(dir.join("key.pem"), signed.signing_key.serialize_pem()).unwrap();
}

const DOVECOT: &str = "\
base_dir = {dir}/run
log_path = {dir}/dovecot.log
protocols =
ssl = no
auth_mechanisms = plain login
passdb {
  driver = passwd-file
  args = {dir}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/tmp
}
service auth {
  unix_listener {dir}/auth {
    mode = 0666
  }
}
";

const MAIN_CF: &str = "\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.reseau.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {dir}/postfix.log
maillog_file_prefixes = /tmp
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {dir}/cert.pem
smtpd_tls_key_file = {dir}/key.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {dir}/auth
smtpd_recipient_restrictions = check_recipient_access inline:{ {lent.example = 450 4.7.1 too busy for this domain} }
smtpd_relay_restrictions = permit_sasl_authenticated, reject
relayhost = [127.0.0.1]:{sink}
smtp_tls_security_level = none
alias_maps =
alias_database =
";

const MASTER_CF: &str = "\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";
