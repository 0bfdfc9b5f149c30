//! The slots of a Redis cluster: which of its masters has a channel.

use redis::Value;

const SLOTS: u16 = 16_384;

/// The place of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPlace {
    pub host: String,
    pub port: u16,
}

/// The masters, and the ranges of slots that each has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SlotMap {
    pub masters: Vec<ServerPlace>,
    /// First slot, last slot, and the number of the master.
    ranges: Vec<(u16, u16, usize)>,
}

impl SlotMap {
    /// Reads the answer to `CLUSTER SLOTS`. A server that does not know its own name means the one at `asked`.
    pub fn read(answer: &Value, asked: &ServerPlace) -> Option<SlotMap> {
        let Value::Array(ranges) = answer else { return None };
        let mut map = SlotMap::default();
        for range in ranges {
            let Value::Array(parts) = range else { return None };
            let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = parts.as_slice() else { return None };
            let [host, Value::Int(port), ..] = master.as_slice() else { return None };
            let host = match host {
                Value::BulkString(name) if !name.is_empty() => String::from_utf8(name.clone()).ok()?,
                Value::SimpleString(name) if !name.is_empty() => name.clone(),
                _ => asked.host.clone(),
            };
            let place = ServerPlace { host, port: u16::try_from(*port).ok()? };
            let n = map.masters.iter().position(|known| *known == place).unwrap_or_else(|| {
                map.masters.push(place);
                map.masters.len() - 1
            });
            map.ranges.push((u16::try_from(*first).ok()?, u16::try_from(*last).ok()?, n));
        }
        (!map.masters.is_empty()).then_some(map)
    }

    /// The number of the master that has the channel. There is none while the cluster is not whole.
    pub fn master_of(&self, channel: &str) -> Option<usize> {
        let slot = slot(channel);
        self.ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&slot)).map(|(.., master)| *master)
    }
}

/// The slot of a channel without braces in its name: CRC-16 (XMODEM), as Redis has it for keys.
fn slot(channel: &str) -> u16 {
    let crc = channel.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    });
    crc % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_has_the_slot_that_redis_gives_it() {
        // As CLUSTER KEYSLOT says.
        assert_eq!((slot("123456789"), slot("somekey"), slot("")), (12_739, 11_058, 0));
    }

    #[test]
    fn the_answer_of_a_cluster_is_read() {
        let text = |text: &str| Value::BulkString(text.into());
        let master = |host: Value, port| Value::Array(vec![host, Value::Int(port), text("id"), Value::Map(Vec::new())]);
        let range = |first, last, master| Value::Array(vec![Value::Int(first), Value::Int(last), master, Value::Nil]);
        let answer = Value::Array(vec![
            range(0, 5_460, master(text("10.0.0.1"), 7_000)),
            range(5_461, 12_738, master(Value::Nil, 7_001)),
            range(12_739, 16_383, master(text("10.0.0.1"), 7_000)),
        ]);
        let asked = ServerPlace { host: "asked".into(), port: 1 };
        let map = SlotMap::read(&answer, &asked).unwrap();
        assert_eq!(map.masters.len(), 2);
        assert_eq!(map.masters[1], ServerPlace { host: "asked".into(), port: 7_001 });
        assert_eq!((map.master_of("123456789"), map.master_of("somekey")), (Some(0), Some(1)));
        for wrong in [Value::Nil, Value::Array(vec![]), Value::Array(vec![Value::Okay])] {
            assert_eq!(SlotMap::read(&wrong, &asked), None);
        }
    }
}
