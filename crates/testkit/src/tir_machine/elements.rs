//! Operations on arrays and memory.

use tir::{ArrayTy, Element, Op, Order, Ty, Value};

use super::{Address, Array, Frame, Machine, Memory, Outcome, Ran, Stop, Word, fault};

/// The bytes of an element: an integer of eight, or a record of two.
const fn size(element: Element) -> i64 {
    if let Element::Record(_) = element { 16 } else { 8 }
}

/// The strides of an array without gaps.
pub(super) fn strides(dims: &[i64], size: i64, is_last_fastest: bool) -> Vec<i64> {
    let mut strides = vec![size; dims.len()];
    let mut step = size;
    for at in 0..dims.len() {
        let axis = if is_last_fastest { dims.len() - 1 - at } else { at };
        strides[axis] = step;
        step *= dims[axis];
    }
    strides
}

impl<'a> Machine<'a> {
    /// Operations on arrays and addresses.
    pub(super) fn access(&mut self, frame: &Frame<'a>, op: &Op, ty: Ty) -> Ran<Word> {
        match op {
            Op::SlotAddress(slot) => {
                let memory = Some(frame.slots[arena::Id::index(*slot)]);
                Ok(Word::Address(Address { memory, offset: 0 }))
            }
            Op::Load(address) => self.cell(frame.address(*address)?).map(|cell| Word::Int(i128::from(*cell))),
            Op::Store(address, value) => self.store(frame, frame.address(*address)?, *value),
            Op::Offset(pointer, count) => {
                let address = frame.address(*pointer)?;
                let count = i64::try_from(frame.int(*count)?).unwrap_or_default();
                Ok(Word::Address(Address { offset: address.offset + 8 * count, ..address }))
            }
            Op::FieldAddress(of, offset) => {
                let address = frame.address(*of)?;
                let offset = address.offset + i64::try_from(*offset).unwrap_or_default();
                Ok(Word::Address(Address { offset, ..address }))
            }
            Op::CopyRecord(to, from) => {
                for field in [0, 8] {
                    let at = |address: Address| Address { offset: address.offset + field, ..address };
                    let cell = *self.cell(at(frame.address(*from)?))?;
                    *self.cell(at(frame.address(*to)?))? = cell;
                }
                Ok(Word::Unit)
            }
            Op::View { owner, data, dims, strides } => view(frame, ty, *owner, *data, (dims, strides)),
            Op::Allocate { dims, .. } => self.allocate(frame, ty, dims),
            Op::Dim(array, axis) => Ok(Word::Int(frame.array(*array)?.dims[usize::from(*axis)].into())),
            Op::Stride(array, axis) => Ok(Word::Int(frame.array(*array)?.strides[usize::from(*axis)].into())),
            Op::Data(array) => Ok(Word::Address(frame.array(*array)?.data)),
            Op::Index { .. } => self.index(frame, op),
            Op::LoadElement(array, indices) => {
                let address = element(frame, *array, indices)?;
                self.cell(address).map(|cell| Word::Int(i128::from(*cell)))
            }
            Op::StoreElement(array, indices, value) => {
                let address = element(frame, *array, indices)?;
                self.store(frame, address, *value)
            }
            Op::ElementAddress(array, indices) => element(frame, *array, indices).map(Word::Address),
            Op::Const(_)
            | Op::Unary(..)
            | Op::Binary(..)
            | Op::Compare(..)
            | Op::Convert(_)
            | Op::Select(..)
            | Op::Intrinsic(..)
            | Op::Call(..)
            | Op::CallC(..)
            | Op::CallPointer(..)
            | Op::CallRuntime(..)
            | Op::Print(..)
            | Op::LoadBits { .. }
            | Op::StoreBits { .. }
            | Op::Tuple(_)
            | Op::Item(..)
            | Op::Retain(_)
            | Op::Release(_)
            | Op::Poll(_)
            | Op::Error(_) => fault(format!("the machine does not know `{op}`")),
        }
    }

    /// An index of an axis, checked where there is a site.
    fn index(&mut self, frame: &Frame<'a>, op: &Op) -> Ran<Word> {
        let Op::Index { array, axis, index, site } = op else { return fault("no index") };
        let (given, array) = (frame.int(*index)?, frame.array(*array)?);
        self.checks += usize::from(site.is_some());
        let length = i128::from(array.dims[usize::from(*axis)]);
        let index = if given < 0 { given + length } else { given };
        match site {
            Some(site) if !(0..length).contains(&index) => {
                let lengths = array.dims.iter().map(|&dim| Word::Int(dim.into()));
                let values = [Word::Int(given), Word::Int(length)].into_iter().chain(lengths).collect();
                Err(Stop::Outcome(Outcome::Raised(*site, values)))
            }
            Some(_) | None => Ok(Word::Int(index)),
        }
    }

    /// A record of the caller's with what a record of the call holds.
    pub(super) fn copy_of(&mut self, from: Address) -> Ran<Word> {
        let at = |offset| Address { offset: from.offset + offset, ..from };
        let cells = vec![*self.cell(at(0))?, *self.cell(at(8))?];
        self.memory.push(Memory { count: 1, cells, is_slot: true });
        Ok(Word::Address(Address { memory: Some(self.memory.len() - 1), offset: 0 }))
    }

    fn store(&mut self, frame: &Frame<'a>, address: Address, value: Value) -> Ran<Word> {
        let value = frame.int(value)?;
        *self.cell(address)? = i64::try_from(value).unwrap_or_default();
        Ok(Word::Unit)
    }

    /// The cell at an address.
    fn cell(&mut self, address: Address) -> Ran<&mut i64> {
        let Some(memory) = address.memory else { return fault("a pointer to nothing is read") };
        let Memory { count, cells, .. } = &mut self.memory[memory];
        if *count <= 0 {
            return fault(format!("memory {memory} is used after its last release"));
        }
        let index = usize::try_from(address.offset / 8).ok().filter(|_| address.offset % 8 == 0);
        match index.and_then(|index| cells.get_mut(index)) {
            Some(cell) => Ok(cell),
            None => fault(format!("{} is outside of memory {memory}", address.offset)),
        }
    }

    fn allocate(&mut self, frame: &Frame<'a>, ty: Ty, dims: &[Value]) -> Ran<Word> {
        let Ty::Array(ty) = ty else { return fault("no array") };
        let dims = frame.words_of(dims)?;
        let cells = dims.iter().product::<i64>() * size(ty.element) / 8;
        let Ok(cells) = usize::try_from(cells) else { return fault("a negative length") };
        self.memory.push(Memory { count: 1, cells: vec![0; cells], is_slot: false });
        let memory = Some(self.memory.len() - 1);
        let strides = of_order(ty, &dims);
        Ok(Word::Array(Array { owner: memory, data: Address { memory, offset: 0 }, dims, strides }))
    }
}

fn of_order(ty: ArrayTy, dims: &[i64]) -> Vec<i64> {
    strides(dims, size(ty.element), ty.order != Order::F)
}

fn element(frame: &Frame<'_>, array: Value, indices: &[Value]) -> Ran<Address> {
    let array = frame.array(array)?;
    let mut address = array.data;
    for ((index, &length), stride) in
        frame.words_of(indices)?.into_iter().zip(&array.dims).zip(&array.strides)
    {
        if !(0..length).contains(&index) {
            return fault(format!("index {index} is outside of an axis of {length}"));
        }
        address.offset += index * stride;
    }
    Ok(address)
}

fn view(
    frame: &Frame<'_>,
    ty: Ty,
    owner: Option<Value>,
    data: Value,
    (dims, steps): (&[Value], &[Value]),
) -> Ran<Word> {
    let Ty::Array(ty) = ty else { return fault("no array") };
    let owner = owner.map(|owner| frame.array(owner).map(|array| array.owner)).transpose()?.flatten();
    let (data, dims) = (frame.address(data)?, frame.words_of(dims)?);
    let strides = if ty.has_strides() { frame.words_of(steps)? } else { of_order(ty, &dims) };
    Ok(Word::Array(Array { owner, data, dims, strides }))
}
