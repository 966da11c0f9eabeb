//! argon2id, in memory that each thread keeps.
//!
//! The crate's own `hash_password` allocates 19 MiB each time and frees them. glibc's `malloc`
//! rarely manages to use such pieces again: after a burst of registrations, the process keeps
//! hundreds of megabytes. Here each thread has one piece for all its hashes.

use std::cell::RefCell;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{Error, Result, try_generate_salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// The most memory that a stored hash may ask for, in KiB.
pub const MAX_KIB: u32 = 1 << 20;

/// The most rounds that a stored hash may ask for.
const MAX_ROUNDS: u32 = 16;

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// A new hash with a salt of its own: `$argon2id$v=19$m=…`.
///
/// # Errors
///
/// If the system has no random numbers.
pub fn hash(params: &Params, password: &[u8]) -> Result<PasswordHash> {
    let salt = Salt::new(&try_generate_salt()?)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    Ok(PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(salt),
        hash: Some(output(&argon2, password, &salt)?),
    })
}

/// Whether the hash was made from this password. `Output`s are compared in constant time.
///
/// # Errors
///
/// If it isn't an argon2 hash, or if it asks for more than a server should give.
// ANCHOR: verify
pub fn verify(hash: &PasswordHash, password: &[u8]) -> Result<bool> {
    let (Some(salt), Some(stored)) = (&hash.salt, &hash.hash) else {
        return Err(Error::EncodingInvalid);
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let params = Params::try_from(hash)?;
    if params.m_cost() > MAX_KIB || params.t_cost() > MAX_ROUNDS {
        return Err(Error::ParamsInvalid);
    }
    Ok(output(&Argon2::new(algorithm, version, params), password, salt)? == *stored)
}
// ANCHOR_END: verify

// ANCHOR: output
fn output(argon2: &Argon2, password: &[u8], salt: &Salt) -> Result<Output> {
    let (blocks, length) = (argon2.params().block_count(), argon2.params().output_len());
    let mut output = [0; Output::MAX_LENGTH];
    let length = length.unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let output = output.get_mut(..length).ok_or(Error::OutputSize)?;
    MEMORY.with_borrow_mut(|memory| {
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        argon2.hash_password_into_with_memory(password, salt, output, memory)
    })?;
    Ok(Output::new(output)?)
}
// ANCHOR_END: output

#[cfg(test)]
mod tests {
    use argon2::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn a_hash_is_what_the_crate_makes_of_the_password() -> Result<()> {
        let params = Params::new(8, 1, 1, None)?;
        let hash = hash(&params, b"pw")?;
        // The crate allocates memory of its own, and comes to the same result.
        Argon2::default().verify_password(b"pw", &hash)?;
        assert!(Argon2::default().verify_password(b"PW", &hash).is_err());
        assert!(verify(&hash, b"pw")? && !verify(&hash, b"PW")?);
        Ok(())
    }

    #[test]
    fn hashes_that_others_have_made_are_checked() -> Result<()> {
        let params = Params::new(8, 1, 1, Some(16))?;
        for algorithm in [Algorithm::Argon2d, Algorithm::Argon2i, Algorithm::Argon2id] {
            for version in [Version::V0x10, Version::V0x13] {
                let other = Argon2::new(algorithm, version, params.clone());
                let hash = other.hash_password(b"pw")?;
                assert!(verify(&hash, b"pw")? && !verify(&hash, b"PW")?, "{hash}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_hash_that_asks_for_too_much_is_refused() -> Result<()> {
        let salted = "$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";
        for params in ["m=1048577,t=1,p=1", "m=8,t=17,p=1"] {
            let hash = PasswordHash::new(&format!("$argon2id$v=19${params}{salted}"))?;
            assert_eq!(verify(&hash, b"pw"), Err(Error::ParamsInvalid));
        }
        assert!(verify(&PasswordHash::new(&format!("$scrypt$m=8{salted}"))?, b"pw").is_err());
        Ok(())
    }

    #[test]
    fn hashes_of_other_sizes_take_turns_in_the_same_memory() -> Result<()> {
        let (small, large) = (Params::new(8, 1, 1, None)?, Params::new(64, 1, 1, None)?);
        let hashes = [hash(&small, b"a")?, hash(&large, b"b")?, hash(&small, b"c")?];
        for (hash, password) in hashes.iter().zip([b"a", b"b", b"c"]) {
            Argon2::default().verify_password(password, hash)?;
            assert!(verify(hash, password)?);
        }
        Ok(())
    }
}
