//! Numbers one after another, each in as few bytes as it needs: seven bits a byte, lowest
//! first, the eighth bit says that more follow (LEB128). What is written with every claim
//! is stored so, because a byte costs 30 gas.

use cosmwasm_std::{StdError, StdResult};

/// Values of a byte's low seven bits.
const LOW: u128 = 128;

/// The bytes of these numbers.
pub fn pack(numbers: impl IntoIterator<Item = u128>) -> Vec<u8> {
    let mut bytes = vec![];
    for number in numbers {
        let mut rest = number;
        loop {
            let low = u8::try_from(rest % LOW).unwrap_or_default();
            rest /= LOW;
            if rest == 0 {
                bytes.push(low);
                break;
            }
            bytes.push(low | 0x80);
        }
    }
    bytes
}

/// The `N` numbers that a record begins with, and what follows them. All are zero when
/// there is no record; one that has fewer is corrupt.
pub fn record<const N: usize>(bytes: Option<Vec<u8>>) -> StdResult<([u128; N], Vec<u128>)> {
    let Some(bytes) = bytes else {
        return Ok(([0; N], vec![]));
    };
    let numbers = unpack(&bytes)?;
    match numbers.split_first_chunk() {
        Some((first, rest)) => Ok((*first, rest.to_vec())),
        None => Err(corrupt()),
    }
}

/// The numbers in these bytes. Fails when the last is cut off or one exceeds 128 bits.
pub fn unpack(bytes: &[u8]) -> StdResult<Vec<u128>> {
    let mut numbers = vec![];
    let (mut number, mut weight) = (0u128, Some(1u128));
    for byte in bytes {
        let low = u128::from(byte & 0x7f);
        let part = match weight {
            Some(weight) => low.checked_mul(weight),
            None => None,
        };
        number = part
            .and_then(|part| number.checked_add(part))
            .ok_or_else(corrupt)?;
        if byte & 0x80 == 0 {
            numbers.push(number);
            (number, weight) = (0, Some(1));
        } else {
            weight = weight.and_then(|weight| weight.checked_mul(LOW));
        }
    }
    match weight {
        Some(1) => Ok(numbers),
        _ => Err(corrupt()),
    }
}

/// The error of a record that this contract never wrote.
pub fn corrupt() -> StdError {
    StdError::generic_err("a packed record is corrupt")
}
