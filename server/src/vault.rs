//! Keeps what opens something elsewhere: encrypted with a key that is not in the database.
//! Source: `spec/integrations.md` 9.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use tachi_core::ids::UserId;
use tachi_db::clients::Client;
use tachi_db::links::{Link, Sealed};
use thiserror::Error;

use crate::secret::Secret;

/// How long the nonce before each encrypted value is, in bytes. It is long enough to be random.
const NONCE: usize = 24;

/// A key of 32 bytes.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Key {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// Reads 64 hex digits.
    ///
    /// # Errors
    /// When the text is something else. The error does not repeat it.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        let bytes = const_hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let bytes = bytes.filter(|_| !text.starts_with("0x"));
        bytes.map(Self).context("expected 64 hex digits; tachi secret new prints a new key")
    }

    /// Reads a file that holds a key.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    /// The key as it is given in settings.
    #[must_use]
    pub fn hex(&self) -> String {
        const_hex::encode(self.0)
    }

    /// What tells keys apart, and nothing else about them.
    fn id(&self) -> String {
        let digest = Sha256::new().chain_update(b"tachi key id\0").chain_update(self.0).finalize();
        const_hex::encode(&digest[..8])
    }
}

/// Why something cannot be kept or read.
#[derive(Debug, Error)]
pub enum VaultError {
    /// There is no key, and this instance may not make one.
    #[error(
        "This instance has no secret key, so nothing can be linked and no client made. Its operator has to set \
         TACHI_SECRET_KEY to what `tachi secret new` prints."
    )]
    NoKey,
    /// Something was stored under another key.
    #[error("stored secret cannot be read: the key has changed")]
    KeyChanged,
    /// Something stored was changed, or belongs elsewhere.
    #[error("stored secret cannot be read: it is damaged")]
    Damaged,
    /// The key file.
    #[error("{0:#}")]
    KeyFile(anyhow::Error),
}

/// Encrypts and decrypts.
#[derive(Debug)]
pub struct Vault {
    configured: Option<Key>,
    /// Where a key is kept that the instance makes itself; none where several processes share a database.
    file: Option<PathBuf>,
    from_file: OnceLock<Key>,
}

impl Vault {
    /// A vault with the key of the settings, or that of the file, which is made when it is needed.
    #[must_use]
    pub fn new(configured: Option<Key>, file: Option<PathBuf>) -> Self {
        Self { configured, file, from_file: OnceLock::new() }
    }

    /// Checks that something could be encrypted.
    ///
    /// # Errors
    /// When there is no key.
    pub fn check(&self) -> Result<(), VaultError> {
        self.key().map(|_| ())
    }

    /// Encrypts the values of a user's link, in the order of its columns.
    ///
    /// # Errors
    /// When there is no key.
    pub fn seal(&self, user: UserId, link: Link, values: &[&str]) -> Result<Sealed, VaultError> {
        self.seal_at(&places(user, link), values)
    }

    /// Decrypts the values of a user's link.
    ///
    /// # Errors
    /// When they were encrypted with another key, or are damaged.
    pub fn open(&self, user: UserId, link: Link, sealed: &Sealed) -> Result<Vec<Secret>, VaultError> {
        self.open_at(&places(user, link), sealed)
    }

    /// Encrypts the secret of a program of somebody.
    ///
    /// # Errors
    /// When there is no key.
    pub fn seal_client(&self, client_id: &str, secret: &Secret) -> Result<Sealed, VaultError> {
        self.seal_at(&[place_of_client(client_id)], &[secret.expose()])
    }

    /// Decrypts the secret of a program of somebody.
    ///
    /// # Errors
    /// When it was encrypted with another key, or is damaged.
    pub fn open_client(&self, client: &Client) -> Result<Secret, VaultError> {
        let opened = self.open_at(&[place_of_client(&client.client_id)], &client.secret)?;
        opened.into_iter().next().ok_or(VaultError::Damaged)
    }

    fn seal_at(&self, places: &[String], values: &[&str]) -> Result<Sealed, VaultError> {
        let key = self.key()?.map_or_else(|| self.make_file(), Ok)?;
        let cipher = XChaCha20Poly1305::new(&key.0.into());
        let seal = |(place, value): (&String, &&str)| {
            let nonce: [u8; NONCE] = rand::random();
            let payload = Payload { msg: value.as_bytes(), aad: place.as_bytes() };
            let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Damaged)?;
            Ok([nonce.as_slice(), &sealed].concat())
        };
        let values = places.iter().zip(values).map(seal).collect::<Result<_, VaultError>>()?;
        Ok(Sealed { key_id: key.id(), values })
    }

    fn open_at(&self, places: &[String], sealed: &Sealed) -> Result<Vec<Secret>, VaultError> {
        let key = self.key()?.ok_or(VaultError::KeyChanged)?;
        if key.id() != sealed.key_id {
            return Err(VaultError::KeyChanged);
        }
        let cipher = XChaCha20Poly1305::new(&key.0.into());
        let open = |(place, value): (&String, &Vec<u8>)| {
            let (nonce, value) = value.split_first_chunk::<NONCE>().ok_or(VaultError::Damaged)?;
            let payload = Payload { msg: value, aad: place.as_bytes() };
            let opened = cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Damaged)?;
            String::from_utf8(opened).map(Secret::new).map_err(|_| VaultError::Damaged)
        };
        places.iter().zip(&sealed.values).map(open).collect()
    }

    /// The key in force; `None` where one may be made but was not yet.
    fn key(&self) -> Result<Option<Key>, VaultError> {
        let Some(path) = &self.file else { return self.configured.clone().map(Some).ok_or(VaultError::NoKey) };
        if let Some(key) = self.configured.as_ref().or_else(|| self.from_file.get()) {
            return Ok(Some(key.clone()));
        }
        if !path.try_exists().map_err(|error| VaultError::KeyFile(error.into()))? {
            return Ok(None);
        }
        let key = Key::read(path).map_err(VaultError::KeyFile)?;
        Ok(Some(self.from_file.get_or_init(|| key).clone()))
    }

    fn make_file(&self) -> Result<Key, VaultError> {
        let path = self.file.as_ref().ok_or(VaultError::NoKey)?;
        write_key(path, &Key::random()).map_err(VaultError::KeyFile)?;
        // Another request, or process, may have been faster.
        self.key()?.ok_or(VaultError::NoKey)
    }
}

/// What the encrypted values of a link are bound to: none can be read in another place.
fn places(user: UserId, link: Link) -> Vec<String> {
    let place = link.place();
    let bound = |column: &&str| format!("{}\0{column}\0{}\0{}", place.table, user.0, place.service);
    place.columns.iter().map(bound).collect()
}

/// The same for the secret of a client.
fn place_of_client(client_id: &str) -> String {
    format!("oauth_clients\0client_secret\0{client_id}")
}

/// Writes a key file that only its owner can read, unless there is one. It appears with all of its content.
fn write_key(path: &Path, key: &Key) -> Result<()> {
    let folder = path.parent().context("the key file has no folder")?;
    let cannot = || format!("cannot write the key file {}", path.display());
    // Temporary files have the mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    writeln!(file, "{}", key.hex()).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        result => {
            ensure!(result.is_ok(), cannot());
            log::info!("what users link is encrypted with the key in {}: keep a copy of it elsewhere", path.display());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId(1);

    fn vault() -> Vault {
        Vault::new(Some(Key([7; 32])), None)
    }

    #[test]
    fn what_was_sealed_can_be_opened_in_its_own_place_only() {
        let vault = vault();
        let sealed = vault.seal(USER, Link::CgDev, &["0123456789abcdef", "0042"]).unwrap();
        let opened = vault.open(USER, Link::CgDev, &sealed).unwrap();
        assert_eq!(opened.iter().map(Secret::expose).collect::<Vec<_>>(), ["0123456789abcdef", "0042"]);
        let swapped = Sealed { values: sealed.values.iter().rev().cloned().collect(), ..sealed.clone() };
        let mut changed = sealed.clone();
        changed.values[0][NONCE] ^= 1;
        let short = Sealed { values: vec![vec![0; 5]; 2], ..sealed.clone() };
        let elsewhere = [
            vault.open(UserId(2), Link::CgDev, &sealed),
            vault.open(USER, Link::CgNag, &sealed),
            vault.open(USER, Link::CgDev, &swapped),
            vault.open(USER, Link::CgDev, &changed),
            vault.open(USER, Link::CgDev, &short),
        ];
        assert!(elsewhere.iter().all(|opened| matches!(opened, Err(VaultError::Damaged))), "{elsewhere:?}");
    }

    #[test]
    fn the_secret_of_a_client_can_be_opened_in_its_own_row_only() {
        let client = |id: &str, secret: Sealed| Client {
            client_id: id.to_owned(),
            secret,
            name: String::new(),
            author: USER,
            permissions: Vec::new(),
            redirect_uri: None,
            webhook_uri: None,
            api_key_template: None,
            api_key_filename: None,
        };
        let sealed = vault().seal_client("CI1", &Secret::new("CS1")).unwrap();
        assert_eq!(vault().open_client(&client("CI1", sealed.clone())).unwrap().expose(), "CS1");
        let card = vault().seal(USER, Link::Myt, &["CS1"]).unwrap();
        let empty = Sealed { values: Vec::new(), ..sealed.clone() };
        for elsewhere in [client("CI2", sealed.clone()), client("CI1", card), client("CI1", empty)] {
            assert!(matches!(vault().open_client(&elsewhere), Err(VaultError::Damaged)));
        }
        // What a migration leaves of a secret that was not encrypted.
        let before = client("CI1", Sealed { key_id: String::new(), values: vec![Vec::new()] });
        assert!(matches!(vault().open_client(&before), Err(VaultError::KeyChanged)));
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let seal = || vault().seal(USER, Link::Myt, &["01234567890123456789"]).unwrap().values;
        assert_ne!(seal(), seal());
    }

    #[test]
    fn another_key_is_noticed() {
        let sealed = vault().seal(USER, Link::Myt, &["code"]).unwrap();
        let other = Vault::new(Some(Key([8; 32])), None);
        assert!(matches!(other.open(USER, Link::Myt, &sealed), Err(VaultError::KeyChanged)));
        let folder = tempfile::tempdir().unwrap();
        let lost = Vault::new(None, Some(folder.path().join("secret.key")));
        assert!(matches!(lost.open(USER, Link::Myt, &sealed), Err(VaultError::KeyChanged)));
        assert!(!folder.path().join("secret.key").exists());
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let vaults = [(); 2].map(|()| Vault::new(None, Some(path.clone())));
        let sealed = vaults[0].seal(USER, Link::Myt, &["code"]).unwrap();
        assert_eq!(vaults[1].open(USER, Link::Myt, &sealed).unwrap()[0].expose(), "code");
        assert_eq!(vaults[1].seal(USER, Link::Myt, &["code"]).unwrap().key_id, sealed.key_id);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn without_a_key_the_text_says_how_to_get_one() {
        let error = Vault::new(None, None).seal(USER, Link::Myt, &["code"]).unwrap_err();
        assert!(error.to_string().contains("tachi secret new"), "{error}");
    }

    #[test]
    fn keys_are_64_hex_digits_and_never_printed() {
        let key = Key::random();
        assert_eq!(Key::parse(&format!("{}\n", key.hex())).unwrap().0, key.0);
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(62), &format!("0x{}", "a".repeat(64))] {
            let error = Key::parse(text).unwrap_err().to_string();
            assert!(error.contains("64 hex digits") && (text.is_empty() || !error.contains(text)), "{error}");
        }
        assert_eq!(format!("{key:?}"), "***");
    }
}
