//! Addresses in arrays that jumps bring elsewhere.
//!
//! The parameter that gets such an address uses the array like any address where the array can still
//! be named and is the same one: where its definition dominates the parameter's block from
//! outside. Elsewhere (an array that is new in each round, one of two that a branch chose) a
//! *keeper* comes with the address: one more parameter, a view of that array without elements,
//! which is owned like any other. Where an address has no array the keeper is nobody's.
//!
//! An address that a call made out of several others, or that came in a tuple, has no keeper: the
//! arrays that it can be in are pinned instead, and live as far as they can be named.

use arena::{Id as _, SideMap};
use tir::{ArrayTy, BlockId, Dominators, Element, Function, IntTy, Op, Order, Ty, Value};

use super::edges;
use super::roots::{self, Roots, carried, is_address};
use crate::definitions::{Definition, Definitions, definitions};

/// What is known of addresses after it.
#[derive(Default)]
pub(super) struct Kept {
    /// The roots of each parameter that gets addresses.
    pub(super) address_roots: SideMap<Value, Vec<Value>>,
    /// Owned values whose last use is not known.
    pub(super) pinned: SideMap<Value, bool>,
}

/// Adds the keepers that a function needs.
pub(super) fn add(function: &mut Function) -> Kept {
    let mut keepers = Keepers { of: SideMap::default(), order: Vec::new(), kept: Kept::default() };
    let dominators = Dominators::new(function);
    let params = address_params(function, &dominators);
    if params.is_empty() {
        return keepers.kept;
    }
    let definitions = definitions(function, dominators.order());
    let mut roots;
    loop {
        roots = keepers.settle(function, &dominators, &params);
        let needs = |(block, param): &(BlockId, Value)| {
            keepers.of[*param].is_none() && !keepers.is_named(*block, *param, &dominators, &definitions)
        };
        let Some(&(block, param)) = params.iter().find(|param| needs(param)) else { break };
        keepers.give(function, block, param);
        // What such an address is made of in turn needs to say whose it is.
        let mut open = vec![(block, param)];
        while let Some((block, param)) = open.pop() {
            for arg in brought(function, &dominators, block, param) {
                for (block, param) in roots::params_of(function, &definitions, arg) {
                    let is_free = is_address(function.values[param]) && block.index() != 0;
                    if is_free && keepers.of[param].is_none() && !roots.of(param).is_empty() {
                        keepers.give(function, block, param);
                        open.push((block, param));
                    }
                }
            }
        }
    }
    keepers.bring(function, &definitions, &roots);
    keepers.kept
}

/// The parameters of blocks but the first that can get addresses.
fn address_params(function: &Function, dominators: &Dominators) -> Vec<(BlockId, Value)> {
    let blocks = dominators.order().iter().skip(1);
    let params =
        blocks.flat_map(|&block| function.blocks[block].params.iter().map(move |&param| (block, param)));
    params.filter(|&(_, param)| is_address(function.values[param])).collect()
}

/// What every jump brings for a parameter.
fn brought(function: &Function, dominators: &Dominators, block: BlockId, param: Value) -> Vec<Value> {
    let Some(index) = function.blocks[block].params.iter().position(|&own| own == param) else {
        return Vec::new();
    };
    let jumps = dominators.order().iter().flat_map(|&from| function.blocks[from].terminator.jumps());
    jumps.filter(|jump| jump.block == block).map(|jump| jump.args[index]).collect()
}

struct Keepers {
    of: SideMap<Value, Option<Value>>,
    /// The blocks whose last parameters are keepers, and of what, in the order of those.
    order: Vec<(BlockId, Value)>,
    kept: Kept,
}

impl Keepers {
    fn give(&mut self, function: &mut Function, block: BlockId, param: Value) {
        let keeper = function.values.push(KEEPER);
        function.blocks[block].params.push(keeper);
        self.of[param] = Some(keeper);
        self.order.push((block, param));
    }

    /// The roots of all values, with the keepers that there are.
    fn settle(&mut self, function: &Function, dominators: &Dominators, params: &[(BlockId, Value)]) -> Roots {
        self.kept.address_roots = SideMap::default();
        for &(_, param) in params {
            self.kept.address_roots[param] = self.of[param].into_iter().collect();
        }
        loop {
            let roots = Roots::new(function, dominators, &self.kept.address_roots);
            let mut is_settled = true;
            for &(block, param) in params.iter().filter(|(_, param)| self.of[*param].is_none()) {
                let now = roots.of_all(&brought(function, dominators, block, param));
                if now != self.kept.address_roots[param] {
                    self.kept.address_roots[param] = now;
                    is_settled = false;
                }
            }
            if is_settled {
                return roots;
            }
        }
    }

    /// Whether a parameter's roots can all be named where it is.
    fn is_named(
        &self,
        block: BlockId,
        param: Value,
        dominators: &Dominators,
        definitions: &Definitions,
    ) -> bool {
        self.kept.address_roots[param].iter().all(|&root| {
            let home = definitions[root].map(Definition::block).or_else(|| self.home(root));
            home.is_some_and(|home| home != block && dominators.dominates(home, block))
        })
    }

    /// The block of a keeper.
    fn home(&self, keeper: Value) -> Option<BlockId> {
        self.order.iter().find(|(_, param)| self.of[*param] == Some(keeper)).map(|&(block, _)| block)
    }

    /// Lets every jump bring the keepers that its block asks for.
    fn bring(&mut self, function: &mut Function, definitions: &Definitions, roots: &Roots) {
        if self.order.is_empty() {
            return;
        }
        let order = self.order.clone();
        let has_keepers = |block| order.iter().any(|&(own, _)| own == block);
        edges::split_those_that_carry(function, &|block, ty| is_address(ty) && has_keepers(block));
        for from in function.blocks.ids() {
            let Some(jump) = function.blocks[from].terminator.jumps().next().cloned() else { continue };
            let params = function.blocks[jump.block].params.clone();
            for &(_, param) in order.iter().filter(|&&(block, _)| block == jump.block) {
                let Some(index) = params.iter().position(|&own| own == param) else { continue };
                let arg = jump.args[index];
                let mut bringing = Bringing { keepers: self, definitions, roots, from, address: arg };
                let keeper = bringing.keeper_or_empty(function, arg);
                let jumps = function.blocks[from].terminator.jumps_mut();
                jumps.take(1).for_each(|jump| jump.args.push(keeper));
            }
        }
    }
}

/// The type of keepers.
const KEEPER: Ty = Ty::Array(ArrayTy {
    element: Element::Int(IntTy { bits: 8, is_signed: false }),
    rank: 0,
    order: Order::C,
    is_writable: false,
    is_aligned: true,
});

/// Makes the keeper that a block's jump brings with an address.
struct Bringing<'a> {
    keepers: &'a mut Keepers,
    definitions: &'a Definitions,
    roots: &'a Roots,
    from: BlockId,
    address: Value,
}

impl Bringing<'_> {
    /// A keeper of what a value is in, or of an array; none where that is nobody's.
    fn keeper(&mut self, function: &mut Function, value: Value) -> Option<Value> {
        if let Some(keeper) = self.keepers.of[value] {
            return Some(keeper);
        }
        if self.roots.of(value).is_empty() {
            return None;
        }
        let ty = function.values[value];
        if let Ty::Array(_) = ty {
            return Some(self.view(function, Some(value)));
        }
        let Some(Definition::Inst(_, inst)) = self.definitions[value] else { return self.pin(value) };
        let op = function.insts[inst].op.clone();
        if let Op::Select(condition, a, b) = op {
            let (a, b) = (self.keeper_or_empty(function, a), self.keeper_or_empty(function, b));
            return Some(edges::append(function, self.from, Op::Select(condition, a, b), KEEPER));
        }
        let all = carried(&op, ty);
        let mut of = all.into_iter().filter(|&operand| !self.roots.of(operand).is_empty());
        match (of.next(), of.next()) {
            (Some(one), None) => self.keeper(function, one),
            (Some(_), Some(_)) | (None, _) => self.pin(value),
        }
    }

    fn keeper_or_empty(&mut self, function: &mut Function, value: Value) -> Value {
        self.keeper(function, value).unwrap_or_else(|| self.view(function, None))
    }

    fn pin(&mut self, value: Value) -> Option<Value> {
        for &root in self.roots.of(value) {
            self.keepers.kept.pinned[root] = true;
        }
        None
    }

    /// A view without elements.
    fn view(&self, function: &mut Function, owner: Option<Value>) -> Value {
        let data = match function.values[self.address] {
            // Nobody reads through the pointer, so it does not matter what it points to.
            Ty::Record(id) => {
                edges::append(function, self.from, Op::FieldAddress(self.address, 0), Ty::Pointer(id))
            }
            Ty::Unit
            | Ty::Bool
            | Ty::Int(_)
            | Ty::Float(_)
            | Ty::Complex(_)
            | Ty::Pointer(_)
            | Ty::Array(_)
            | Ty::Tuple(_) => self.address,
        };
        let view = Op::View { owner, data, dims: Vec::new(), strides: Vec::new() };
        edges::append(function, self.from, view, KEEPER)
    }
}
