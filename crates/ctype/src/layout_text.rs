//! The layout of a record as text.

use std::fmt::Write as _;

use crate::{CTypes, RecordId};

impl CTypes {
    /// Size, alignment and members of a struct or union, a line each:
    ///
    /// ```text
    /// struct point: size 16, align 8
    ///   0           int x
    ///   8           double y
    /// ```
    ///
    /// A bit-field shows the bits of the bytes from its offset on, as in `4:3..12`.
    pub fn layout_text(&self, record: RecordId) -> String {
        let entry = self.record(record);
        let Some(body) = &entry.body else {
            return format!("{}: opaque\n", entry.name);
        };
        let flexible = if body.is_flexible { ", flexible" } else { "" };
        let transparent = if body.is_transparent { ", transparent" } else { "" };
        let layout = body.layout;
        let mut text =
            format!("{}: size {}, align {}{flexible}{transparent}\n", entry.name, layout.size, layout.align);
        for field in &body.fields {
            let place = match field.bits {
                None => field.offset.to_string(),
                Some(bits) => {
                    let start = bits.start.get();
                    format!("{}:{start}..{}", field.offset, start + u64::from(bits.width))
                }
            };
            let declaration = self.declare_qualified(field.ty, field.name.as_deref().unwrap_or(""));
            let _ = writeln!(text, "  {place:<11} {declaration}");
        }
        text
    }
}
