use std::{
    env, fs,
    io::{BufRead, BufReader, Lines, Write, stderr},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The name of the domain.
pub const DOMAIN: &str = "DC=pref,DC=example,DC=jp";
/// Samba listens on the ports of LDAP alone, so that it has an address of its own.
const LDAP: u16 = 389;
const PROGRAM: &str = "/usr/sbin/samba";
/// The Python to whose modules Samba's belong.
const PYTHON: &str = "/usr/bin/python3";
/// It ends after so many seconds, whatever becomes of the tests.
const LONGEST: &str = "--maximum-runtime=900";

/// Samba as the Active Directory of an office.
#[derive(Debug)]
pub struct Samba {
    child: Child,
    address: Ipv4Addr,
    editor: Editor,
    folder: TempDir,
}

/// A process that changes the directory.
#[derive(Debug)]
struct Editor {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl Samba {
    /// Makes a domain and starts its controller; `None` where that cannot be: said in one line, and a failure in CI.
    pub fn start() -> Option<Self> {
        let address = match usable() {
            Ok(address) => address,
            Err(why) => {
                let line = format!("Samba was skipped: {why}");
                assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
                drop(writeln!(stderr(), "{line}"));
                return None;
            }
        };
        let folder = tempfile::Builder::new().prefix("renraku-samba-").tempdir().unwrap();
        let configuration = configure(folder.path(), address);
        provision(&configuration, address);
        let child = Command::new(PROGRAM)
            // It ends when nobody holds the other end of its input any more.
            .args([
                "--interactive",
                "--model=single",
                "--debug-stdout",
                LONGEST,
                "--configfile",
                &configuration,
            ])
            .env("TDB_NO_FSYNC", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let editor = Editor::start(&configuration, address);
        let mut samba = Self { child, address, editor, folder };
        samba.editor.wait();
        Some(samba)
    }

    /// Where it is, over TLS.
    pub fn tls_url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    /// Where it is, in the open or with StartTLS.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// Its certificate.
    pub fn certificate(&self) -> String {
        self.folder.path().join("certificate.pem").to_str().unwrap().to_owned()
    }

    /// Changes its directory: `["add", dn, {attribute: value}]`, `["put", dn, {…}]`, `["move", dn, dn]` or `["remove", dn, null]`.
    pub fn change(&mut self, changes: &[Value]) {
        writeln!(self.editor.to, "{}", json!(changes)).unwrap();
        self.editor.wait();
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        for child in [&mut self.editor.child, &mut self.child] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Editor {
    fn start(configuration: &str, address: Ipv4Addr) -> Self {
        let mut child = Command::new(PYTHON)
            .args(["-c", include_str!("samba.py")])
            .args([configuration, &address.to_string()])
            .env("TDB_NO_FSYNC", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, to, from: BufReader::new(from).lines() }
    }

    /// Waits until it has done what it was told.
    fn wait(&mut self) {
        let made = self.from.next().and_then(Result::ok);
        assert_eq!(made.as_deref(), Some("made"), "Samba's directory was not changed: its words are above");
    }
}

/// An address of this machine for it; why there is none otherwise.
fn usable() -> Result<Ipv4Addr, &'static str> {
    if !Path::new(PROGRAM).exists() || !Path::new("/usr/bin/samba-tool").exists() {
        return Err(
            "install it (`apt-get install samba samba-ad-provision samba-dsdb-modules samba-vfs-modules`)",
        );
    }
    let [.., b, c, d] = std::process::id().to_be_bytes();
    let address = Ipv4Addr::new(127, 64 | (b & 63), c, 1 | d);
    match TcpListener::bind((address, LDAP)) {
        Ok(_free) => Ok(address),
        Err(_refused) => Err("its port may be taken by root alone, and on Linux"),
    }
}

fn configure(folder: &Path, address: Ipv4Addr) -> String {
    let made = rcgen::generate_simple_self_signed([address.to_string()]).unwrap();
    fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    let key = folder.join("key.pem");
    fs::write(&key, made.key_pair.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    for name in ["private", "state", "cache", "lock", "pid", "rpc", "sysvol", "sysvol/scripts"] {
        fs::create_dir(folder.join(name)).unwrap();
    }
    let file = folder.join("smb.conf");
    let folder = folder.display();
    let text = format!(
        "[global]
netbios name = DC1
workgroup = PREF
realm = PREF.EXAMPLE.JP
server role = active directory domain controller
server services = ldap
dcerpc endpoint servers =
interfaces = {address}/8
bind interfaces only = yes
disable netbios = yes
load printers = no
private dir = {folder}/private
state directory = {folder}/state
cache directory = {folder}/cache
lock directory = {folder}/lock
pid directory = {folder}/pid
ncalrpc dir = {folder}/rpc
posix:eadb = {folder}/private/eadb.tdb
tls cafile = {folder}/certificate.pem
tls certfile = {folder}/certificate.pem
tls keyfile = {folder}/key.pem
log file = {folder}/log.%m
[sysvol]
path = {folder}/sysvol
[netlogon]
path = {folder}/sysvol/scripts
"
    );
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Makes the domain. It writes to the disk and waits for none of it: nobody needs it when the machine is gone.
fn provision(configuration: &str, address: Ipv4Addr) {
    let made = Command::new("/usr/bin/samba-tool")
        .args([
            "domain",
            "provision",
            "--configfile",
            configuration,
            "--realm=PREF.EXAMPLE.JP",
            "--domain=PREF",
        ])
        .args(["--host-name=dc1", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL"])
        .args([&format!("--host-ip={address}"), "--adminpass=Kanri-2026", "--plaintext-secrets"])
        .env("TDB_NO_FSYNC", "1")
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
