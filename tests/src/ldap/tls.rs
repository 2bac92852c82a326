use std::{fs, net::TcpStream, path::Path, sync::Arc};

use ldap3_proto::proto::LdapResultCode;
use renraku_test_db::Backend;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use super::{
    client::{Client, tcp},
    office::Office,
};

const START_TLS: &str = "1.3.6.1.4.1.1466.20037";

fn open(folder: &Path) -> Office {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.key_pair.serialize_pem()).unwrap();
    let settings = [
        ("RENRAKU_LDAP_TLS_LISTEN", "127.0.0.1:0"),
        ("RENRAKU_LDAP_CERTIFICATE", certificate.to_str().unwrap()),
        ("RENRAKU_LDAP_KEY", key.to_str().unwrap()),
        ("RENRAKU_LDAP_TLS_REQUIRED", "true"),
    ];
    Office::open_with(Backend::Sqlite, &settings)
}

fn protected(stream: TcpStream, folder: &Path) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

#[test]
fn passwords_travel_over_tls_from_the_first_byte_or_after_starttls() {
    let folder = tempfile::tempdir().unwrap();
    let office = open(folder.path());
    let mut client = Client::over(protected(tcp(office.server.ldap_tls()), folder.path()));
    assert_eq!(client.bind(&office.name(), &office.password).code, LdapResultCode::Success);
    assert_eq!(client.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);

    let stream = tcp(office.server.ldap());
    let mut open = Client::over(stream.try_clone().unwrap());
    assert_eq!(open.bind(&office.name(), &office.password).code, LdapResultCode::ConfidentialityRequired);
    assert_eq!(open.extended(START_TLS).res.code, LdapResultCode::Success);
    let mut client = Client::over(protected(stream, folder.path()));
    assert_eq!(client.bind(&office.name(), &office.password).code, LdapResultCode::Success);
    assert_eq!(client.extended(START_TLS).res.code, LdapResultCode::OperationsError);
    assert_eq!(client.names("(telephoneNumber=2001)"), ["髙橋 一郎"]);
}

#[test]
fn starttls_is_not_offered_without_a_certificate() {
    let office = Office::open(Backend::Sqlite);
    let mut client = Client::connect(office.server.ldap());
    assert_eq!(client.extended(START_TLS).res.code, LdapResultCode::ProtocolError);
    assert_eq!(client.bind(&office.name(), &office.password).code, LdapResultCode::Success);
}
