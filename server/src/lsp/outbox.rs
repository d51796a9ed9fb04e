//! Everything that leaves for the client: one queue, one thread that writes, one write per batch.
//!
//! Nobody waits for the client here. If it stops reading, the lists of a document that newer ones have overtaken are
//! dropped once much has piled up.

use std::collections::VecDeque;
use std::io::{IoSlice, Write};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tower_lsp::jsonrpc::Id;

use super::held;
use crate::text::FileId;

#[derive(Default)]
pub struct Outbox {
    queue: Mutex<Queue>,
    arrived: Condvar,
    drained: Condvar,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    bytes: usize,
    closed: bool,
    /// The thread is at its end: everything is written, or the client is gone.
    ended: bool,
}

struct Message {
    head: String,
    body: Vec<u8>,
    /// The document whose list this is.
    lists: Option<FileId>,
}

/// From here on, overtaken lists are dropped.
const MUCH: usize = 8 << 20;
/// How many pieces one write takes.
const PIECES: usize = 64;

impl Outbox {
    pub fn send(&self, body: Vec<u8>) {
        self.push(body, None);
    }

    /// Sends the list of findings of a document.
    pub fn send_list(&self, file: &FileId, body: Vec<u8>) {
        self.push(body, Some(file.clone()));
    }

    pub fn notify<P: Serialize>(&self, method: &str, params: &P) {
        #[derive(Serialize)]
        struct Notification<'a, P> {
            jsonrpc: &'static str,
            method: &'a str,
            params: &'a P,
        }
        if let Ok(body) = serde_json::to_vec(&Notification { jsonrpc: "2.0", method, params }) {
            self.send(body);
        }
    }

    pub fn refuse(&self, id: &Id, code: i64, message: &str) {
        let answer = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } });
        self.send(answer.to_string().into_bytes());
    }

    fn push(&self, body: Vec<u8>, lists: Option<FileId>) {
        let mut queue = held(&self.queue);
        if queue.closed || queue.ended {
            return;
        }
        if queue.bytes > MUCH && lists.is_some() {
            queue.messages.retain(|message| message.lists != lists);
            queue.bytes = queue.messages.iter().map(Message::len).sum();
        }
        let message = Message { head: format!("Content-Length: {}\r\n\r\n", body.len()), body, lists };
        queue.bytes += message.len();
        queue.messages.push_back(message);
        drop(queue);
        self.arrived.notify_one();
    }

    /// Takes no more, and waits a little for what is queued to be written.
    pub fn close(&self) {
        let mut queue = held(&self.queue);
        queue.closed = true;
        self.arrived.notify_one();
        let patience = Duration::from_secs(2);
        let _ = self.drained.wait_timeout_while(queue, patience, |queue| !queue.ended);
    }

    /// The writing thread: returns once closed and empty, or when the client is gone.
    pub fn write_to(&self, mut output: impl Write) {
        loop {
            let mut queue = held(&self.queue);
            while queue.messages.is_empty() && !queue.closed {
                queue = self.arrived.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
            let batch = std::mem::take(&mut queue.messages);
            queue.bytes = 0;
            drop(queue);
            if batch.is_empty() || write(&mut output, &batch).is_err() {
                let mut queue = held(&self.queue);
                queue.ended = true;
                queue.messages.clear();
                self.drained.notify_all();
                return;
            }
        }
    }
}

impl Message {
    fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }
}

fn write(output: &mut impl Write, batch: &VecDeque<Message>) -> std::io::Result<()> {
    let pieces: Vec<&[u8]> = batch.iter().flat_map(|message| [message.head.as_bytes(), &message.body]).collect();
    for some in pieces.chunks(PIECES) {
        let mut slices: Vec<IoSlice> = some.iter().map(|piece| IoSlice::new(piece)).collect();
        let mut left = slices.as_mut_slice();
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match output.write_vectored(left) {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(n) => IoSlice::advance_slices(&mut left, n),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fill: impl FnOnce(&Outbox)) -> String {
        let outbox = Outbox::default();
        fill(&outbox);
        held(&outbox.queue).closed = true;
        let mut output = Vec::new();
        outbox.write_to(&mut output);
        String::from_utf8(output).expect("UTF-8")
    }

    #[test]
    fn messages_leave_in_order_with_their_lengths() {
        let text = written(|outbox| {
            outbox.send(b"{}".to_vec());
            outbox.notify("a/b", &json!({ "x": "é" }));
            outbox.refuse(&Id::Number(3), -32600, "no");
        });
        let expected = concat!(
            "Content-Length: 2\r\n\r\n{}",
            "Content-Length: 52\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"a/b\",\"params\":{\"x\":\"é\"}}",
            "Content-Length: 63\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32600,\"message\":\"no\"}}"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn many_messages_are_written_whole() {
        let text = written(|outbox| (0..1000).for_each(|_| outbox.send(b"{}".to_vec())));
        assert_eq!(text, "Content-Length: 2\r\n\r\n{}".repeat(1000));
    }

    #[test]
    fn overtaken_lists_are_dropped_only_when_much_has_piled_up() {
        let (a, b) = (FileId::new("/a"), FileId::new("/b"));
        let text = written(|outbox| {
            outbox.send_list(&a, b"1".to_vec());
            outbox.send_list(&a, b"2".to_vec());
            outbox.send_list(&b, b"3".to_vec());
            outbox.send(vec![b' '; MUCH]);
            outbox.send_list(&a, b"4".to_vec());
        });
        let bodies: Vec<&str> = text.split("\r\n\r\n").skip(1).map(|body| body.trim_start().get(..1).unwrap_or(" ")).collect();
        assert_eq!(bodies, ["3", "C", "4"], "of the first document only the newest list is left");
    }

    #[test]
    fn a_client_that_is_gone_ends_it() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let outbox = Outbox::default();
        outbox.send(b"{}".to_vec());
        outbox.write_to(Gone);
        outbox.send(b"{}".to_vec());
        assert_eq!(held(&outbox.queue).messages.len(), 0);
        outbox.close();
    }
}
