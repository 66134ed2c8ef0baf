//! A line to a server on which every answer takes its time.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Listens on a port of its own and passes everything on; what comes back is held up by `delay` each time.
pub fn slowed(server: SocketAddr, delay: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(upstream) = TcpStream::connect(server) else { continue };
            let _ = (client.set_nodelay(true), upstream.set_nodelay(true));
            if let (Ok(from_client), Ok(to_server)) = (client.try_clone(), upstream.try_clone()) {
                thread::spawn(move || pass(from_client, to_server, Duration::ZERO));
                thread::spawn(move || pass(upstream, client, delay));
            }
        }
    });
    port
}

fn pass(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        thread::sleep(delay);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = (to.shutdown(Shutdown::Both), from.shutdown(Shutdown::Both));
}
