//! The stored form: read back, frozen, and absent as soon as a bit is bent.

use proptest::prelude::*;

use super::*;
use crate::store::contract::sample_session;

fn a_session() -> Session {
    sample_session(1)
}

#[test]
fn a_session_is_read_back_as_it_was_written() {
    let mut session = a_session();
    session.state = SessionState::Reused;
    session.remember = true;
    session.mode = Mode::Session;
    session.lines[0].secret = Some(Hashed::from_digest([5; 32]));
    assert_eq!(decode_session(&session.sid, &encode_session(&session)), Ok(session));
}

#[test]
fn a_record_bent_in_one_bit_or_cut_anywhere_is_absent() {
    let session = a_session();
    let bytes = encode_session(&session);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bent = bytes.clone();
            bent[at] ^= 1 << bit;
            assert_eq!(decode_session(&session.sid, &bent), Err(Corrupt), "byte {at} bit {bit}");
        }
        assert_eq!(decode_session(&session.sid, &bytes[..at]), Err(Corrupt), "cut at {at}");
    }
}

#[test]
fn a_record_of_a_later_version_is_absent() {
    let session = a_session();
    let mut bytes = encode_session(&session);
    bytes.truncate(bytes.len() - 4);
    bytes[0] = VERSION + 1;
    assert_eq!(decode_session(&session.sid, &Writer(bytes).sealed()), Err(Corrupt));
}

#[test]
fn a_record_filed_under_another_session_is_absent() {
    let (one, other) = (a_session(), sample_session(2));
    assert_eq!(decode_session(&other.sid, &encode_session(&one)), Err(Corrupt));
}

#[test]
fn a_typical_record_is_small() {
    assert!(encode_session(&a_session()).len() <= 220, "{}", encode_session(&a_session()).len());
}

#[test]
fn the_stored_form_is_frozen() {
    let hex: String = encode_session(&a_session()).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hex, include_str!("golden-session-v1.hex").trim());
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(bytes: Vec<u8>) {
        let _ = decode_session(&a_session().sid, &bytes);
        let _ = decode_data(&bytes);
        let sealed = Writer(bytes).sealed();
        let _ = decode_session(&a_session().sid, &sealed);
        let _ = decode_data(&sealed);
    }

    #[test]
    fn data_is_read_back(entries: std::collections::BTreeMap<String, (u64, String)>, changes: u64) {
        let values = entries.into_iter().map(|(k, (tag, json))| (k, DataValue { tag, json })).collect();
        let data = SessionData { changes, values };
        prop_assert_eq!(decode_data(&encode_data(&data)), Ok(data));
    }
}
