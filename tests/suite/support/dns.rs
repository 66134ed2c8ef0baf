//! A small DNS server on loopback: it answers from a table, and that a name is not there for all others.

use std::net::{SocketAddr, UdpSocket};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, MX, PTR, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

pub struct DnsServer {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DnsServer {
    /// Lines such as `reseau.example TXT v=spf1 -all`, `1.2.0.192.in-addr.arpa PTR mx.example`.
    pub fn start(zone: &[&str]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let records: Vec<(Name, RecordType, RData)> = zone.iter().map(|line| parsed(line)).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !stopped.load(Ordering::Relaxed) {
                let Ok((len, client)) = socket.recv_from(&mut buffer) else { continue };
                if let Some(answer) = answer(&records, &buffer[..len]) {
                    let _ = socket.send_to(&answer, client);
                }
            }
        });
        Self { address, stop, thread: Some(thread) }
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn parsed(line: &str) -> (Name, RecordType, RData) {
    let mut words = line.splitn(3, ' ');
    let name = absolute(words.next().unwrap());
    let (kind, value) = (words.next().unwrap(), words.next().unwrap());
    let data = match kind {
        "TXT" => RData::TXT(TXT::new(
            value.as_bytes().chunks(250).map(|part| String::from_utf8(part.to_vec()).unwrap()).collect(),
        )),
        "A" => RData::A(A(value.parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(value.parse().unwrap())),
        "PTR" => RData::PTR(PTR(absolute(value))),
        "MX" => RData::MX(MX::new(10, absolute(value))),
        other => panic!("{other}: no such kind in {line}"),
    };
    (name, data.record_type(), data)
}

fn absolute(name: &str) -> Name {
    let mut name = Name::from_str(name).unwrap();
    name.set_fqdn(true);
    name
}

fn answer(records: &[(Name, RecordType, RData)], question: &[u8]) -> Option<Vec<u8>> {
    let question = Message::from_vec(question).ok()?;
    let query = question.queries.first()?.clone();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.add_query(query.clone());
    answer.metadata.recursion_desired = true;
    answer.metadata.recursion_available = true;
    let here = |name: &Name| name.to_lowercase() == query.name().to_lowercase();
    if !records.iter().any(|(name, ..)| here(name)) {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    for (_, _, data) in records.iter().filter(|(name, kind, _)| here(name) && *kind == query.query_type()) {
        answer.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
    }
    answer.to_vec().ok()
}
