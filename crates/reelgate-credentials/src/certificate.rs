//! A certificate of this installation's own, for those who have none that others know.

use crate::CredentialError;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};

/// A certificate chain and the private key of its first certificate, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// The signer's certificate, then those that vouch for it.
    pub chain: String,
    /// The private key, PKCS #8.
    pub key: String,
}

impl std::fmt::Debug for Pem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pem").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// Makes a certificate under an authority of its own, whose key nobody keeps.
///
/// Readers find the signature valid and its signer unknown: that is what it is.
///
/// # Errors
/// When the cryptography library fails.
pub fn make() -> Result<Pem, CredentialError> {
    let authority_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut authority = named("Reelgate local authority")?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut own = named("Reelgate")?;
    own.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    own.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    own.use_authority_key_identifier_extension = true;
    let certificate = own.signed_by(&key, &issuer)?;
    let chain = format!("{}{}", certificate.pem(), authority_certificate.pem());
    Ok(Pem { chain, key: key.serialize_pem() })
}

fn named(name: &str) -> Result<CertificateParams, CredentialError> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.distinguished_name.push(DnType::OrganizationName, "Reelgate");
    Ok(params)
}
