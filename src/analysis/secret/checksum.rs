//! Checksums that some providers put into their tokens: they tell a real token from a made-up one with no network.

/// CRC-32 as in Ethernet and zlib (reflected polynomial `0xEDB88320`).
pub fn crc32(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    });
    !crc
}

/// A number in base 62 (`0-9A-Za-z`), six digits, as GitHub and npm write the CRC-32 at the end of their tokens.
/// Source: <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>.
pub fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// `PREFIX_` + 30 random characters + their CRC-32 in base 62.
pub fn ends_in_base62_crc(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else { return false };
    let Some(split) = body.len().checked_sub(6).filter(|split| body.is_char_boundary(*split)) else { return false };
    let (random, checksum) = body.split_at(split);
    base62(crc32(random.as_bytes())) == checksum
}

/// `PREFIX_RANDOM` + `_` + the CRC-32 of all before that, its bytes from the lowest up in hexadecimal, as Grafana writes it.
pub fn ends_in_hex_crc(token: &str) -> bool {
    let checksum = |text: &str| hex::encode(crc32(text.as_bytes()).to_le_bytes());
    token.rsplit_once('_').is_some_and(|(random, end)| checksum(random) == end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_is_that_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(base62(0), "000000");
        assert_eq!(base62(61), "00000z");
        assert_eq!(base62(u32::MAX), "4gfFC3");
    }
}
