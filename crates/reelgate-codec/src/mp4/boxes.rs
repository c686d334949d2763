//! Growing MP4 bytes: big-endian numbers and boxes whose size is filled in when they close.

/// A buffer that boxes are appended to.
#[derive(Debug, Default)]
pub(super) struct Boxes(Vec<u8>);

impl Boxes {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Appends a box of this kind around whatever `fill` appends.
    pub(super) fn nest(&mut self, kind: [u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.u32(0);
        self.bytes(&kind);
        fill(self);
        let size = u32::try_from(self.0.len() - start).expect("tables stay far below 4 GiB");
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A box that starts with a version byte and 24 flag bits.
    pub(super) fn full(
        &mut self,
        kind: [u8; 4],
        version: u8,
        flags: u32,
        fill: impl FnOnce(&mut Self),
    ) {
        self.nest(kind, |b| {
            b.u32(u32::from(version) << 24 | flags);
            fill(b);
        });
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    pub(super) fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// How many of something a table holds.
    pub(super) fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).expect("tables are bounded by the frame limit"));
    }
}
