use std::{
    env, fs,
    io::{BufRead, BufReader, Write, stderr},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Once,
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use tempfile::TempDir;

/// The name below which everything lies.
pub const SUFFIX: &str = "dc=pref,dc=example,dc=jp";
/// Who may read everything, page by page.
pub const READER: (&str, &str) = ("cn=reader,dc=pref,dc=example,dc=jp", "yomu-hito");
/// Who may do everything.
pub const ADMIN: (&str, &str) = ("cn=admin,dc=pref,dc=example,dc=jp", "kanri");

/// As much of the schema of Active Directory as people are described by.
const ACTIVE_DIRECTORY: &str = "\
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' SUP name )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' SUP name SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.35 NAME 'employeeID' SUP name SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.2.141 NAME 'department' SUP name SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.721 NAME 'ipPhone' SUP name SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.1946 NAME 'msDS-PhoneticDisplayName' SUP name SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL
  MAY ( objectCategory $ sAMAccountName $ employeeID $ department $ ipPhone $ userAccountControl
  $ msDS-PhoneticDisplayName $ displayName $ givenName $ mail $ mobile $ uid ) )
";

/// An entry: its name, and its attributes.
pub type Entry = (String, Vec<(&'static str, String)>);

/// OpenLDAP as the LDAP server of an office.
#[derive(Debug)]
pub struct Slapd {
    child: Child,
    port: u16,
    tls_port: u16,
    folder: TempDir,
}

impl Slapd {
    /// Starts one with these entries; `None` where it is not installed: said in one line, and a failure in CI.
    pub fn start(entries: &[Entry]) -> Option<Self> {
        let Some(program) = installed() else {
            static SAID: Once = Once::new();
            let line = "OpenLDAP was skipped: install it (`apt-get install slapd`)";
            assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
            SAID.call_once(|| drop(writeln!(stderr(), "{line}")));
            return None;
        };
        let folder = tempfile::Builder::new().prefix("renraku-slapd-").tempdir().unwrap();
        let configuration = configure(folder.path());
        let text = [(SUFFIX.to_owned(), organisation()), (READER.0.to_owned(), reader())];
        let text: String = text.iter().chain(entries).map(ldif).collect();
        let ldif = folder.path().join("office.ldif");
        fs::write(&ldif, text).unwrap();
        let added = Command::new(&program)
            .args(["-T", "add", "-q", "-f"])
            .arg(&configuration)
            .arg("-l")
            .arg(&ldif)
            .output()
            .unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let (port, tls_port) = free_ports();
        let listen = format!("ldap://127.0.0.1:{port}/ ldaps://127.0.0.1:{tls_port}/");
        let mut child = Command::new(&program)
            .arg("-f")
            .arg(&configuration)
            // Each of its operations in its log, and in the foreground.
            .args(["-h", &listen, "-d", "stats"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let started = log.by_ref().take(200).any(|line| line.contains("slapd starting"));
        assert!(started, "slapd does not start");
        // A full pipe would stop it.
        thread::spawn(move || log.for_each(drop));
        Some(Self { child, port, tls_port, folder })
    }

    /// Where it is, in the open.
    pub fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    /// Where it is, over TLS.
    pub fn tls_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls_port)
    }

    /// Its port in the open.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its certificate.
    pub fn certificate(&self) -> String {
        self.folder.path().join("certificate.pem").to_str().unwrap().to_owned()
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn installed() -> Option<PathBuf> {
    ["/usr/sbin/slapd", "/usr/local/libexec/slapd"].into_iter().map(PathBuf::from).find(|file| file.exists())
}

fn free_ports() -> (u16, u16) {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [plain, tls] = listeners.map(|listener| listener.local_addr().unwrap().port());
    (plain, tls)
}

fn organisation() -> Vec<(&'static str, String)> {
    ["objectClass: dcObject", "objectClass: organization", "dc: pref", "o: pref"].map(pair).to_vec()
}

fn reader() -> Vec<(&'static str, String)> {
    [
        "objectClass: organizationalRole",
        "objectClass: simpleSecurityObject",
        "cn: reader",
        "userPassword: yomu-hito",
    ]
    .map(pair)
    .to_vec()
}

fn pair(line: &'static str) -> (&'static str, String) {
    let (name, value) = line.split_once(": ").unwrap();
    (name, value.to_owned())
}

fn ldif((dn, attributes): &Entry) -> String {
    let mut text = format!("dn:: {}\n", BASE64_STANDARD.encode(dn));
    for (name, value) in attributes {
        text.push_str(&format!("{name}:: {}\n", BASE64_STANDARD.encode(value)));
    }
    text + "\n"
}

fn configure(folder: &Path) -> PathBuf {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(folder.join("certificate.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.key_pair.serialize_pem()).unwrap();
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let file = folder.join("slapd.conf");
    let (folder, data, (admin, password), (reader, _)) = (folder.display(), data.display(), ADMIN, READER);
    let text = format!(
        "include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
{ACTIVE_DIRECTORY}attributeoptions lang- phonetic
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
database mdb
suffix \"{SUFFIX}\"
rootdn \"{admin}\"
rootpw {password}
directory {data}
maxsize 67108864
dbnosync
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=\"{reader}\" read by * none
"
    );
    fs::write(&file, text).unwrap();
    file
}
