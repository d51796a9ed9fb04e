//! What a server writes into a script before it is sent: `{{ value }}`, `{% if %}`, `<%= value %>`, `<?= value ?>`.

/// Makes a name of what is written out, and blanks of what only steers.
pub(super) fn hide(script: &mut [u8]) {
    const SIGNS: [(&[u8], &[u8]); 4] = [(b"{{", b"}}"), (b"{%", b"%}"), (b"<%", b"%>"), (b"<?", b"?>")];
    // What closes a sign is looked for until there is no more of it.
    let mut open = [true; SIGNS.len()];
    let mut at = 0;
    while at + 1 < script.len() {
        let sign = SIGNS.iter().position(|(sign, _)| script.get(at..at + 2) == Some(*sign)).filter(|sign| open.get(*sign) == Some(&true));
        let Some(sign) = sign else {
            at += 1;
            continue;
        };
        let close = SIGNS.get(sign).map_or(&b""[..], |(_, close)| close);
        let rest = script.get(at + 2..).unwrap_or_default();
        let len = match sign {
            // Other braces before the closing ones are code: a block in a block.
            0 => rest.iter().position(|byte| matches!(byte, b'{' | b'}' | b'\n' | b';')).filter(|len| rest.get(*len..*len + 2) == Some(close)),
            _ => rest.windows(2).position(|two| two == close),
        };
        let Some(len) = len else {
            if let Some(open) = open.get_mut(sign).filter(|_| sign > 0) {
                *open = false;
            }
            at += 2;
            continue;
        };
        let end = at + 2 + len + 2;
        let writes = sign == 0 || sign >= 2 && matches!(rest.first(), Some(b'=' | b'-'));
        for byte in script.get_mut(at..end).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = if writes { b'_' } else { b' ' };
            }
        }
        at = end;
    }
}
