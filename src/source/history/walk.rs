//! The walk over the objects of some kinds: each stream is inflated once, deltas depth first along their families, so that a
//! base is in memory while its deltas are made and no longer.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::inflate::{Buffer, Fault, Inflater, apply};
use super::objects::{At, Bits, Stores};
use super::packs::{Kind, Pack};
use crate::blob::Oid;
use crate::source::Cancel;

/// So many bytes of bases a thread keeps at most; what it drops is inflated again when its next delta comes.
const LIVE: usize = 256 << 20;
/// So many families of small weight are taken at a time.
const CHUNK: usize = 32;
/// A family with more entries than this, and more than a thread's share, is cut.
const WHOLE: u32 = 256;
/// Bases in other packs are followed so far.
const OUTSIDE_DEPTH: usize = 32;

/// One object, as the walk shows it.
pub struct Object<'a> {
    /// Its id.
    pub id: Oid,
    /// Its number in the stores.
    pub number: u32,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub bytes: &'a [u8],
    /// The content of the object that it is a delta on, if that was in memory: whoever saw that one knows what both share.
    pub base: Option<&'a [u8]>,
}

/// What is done with the objects of a walk.
pub trait Visit: Sync {
    /// Whether the object of this number is to be shown.
    fn wants(&self, _number: u32) -> bool {
        true
    }

    /// Takes an object.
    fn object(&self, object: &Object<'_>);

    /// Takes note of an object that could not be read.
    fn fault(&self, id: Oid, fault: Fault);
}

/// Shows `visit` every object of these kinds once, in no order, on the threads of the current pool.
pub fn walk(stores: &Stores, kinds: &[Kind], visit: &dyn Visit, cancel: &Cancel) {
    let plan = Plan::new(stores, kinds);
    let next = AtomicUsize::new(0);
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads() {
            scope.spawn(|_| {
                let mut worker = Worker { stores, plan: &plan, visit, tools: Tools::default() };
                while let Some(work) = plan.chunk(next.fetch_add(1, Ordering::Relaxed)) {
                    for &task in work {
                        if cancel.is_set() {
                            return;
                        }
                        worker.family(task);
                    }
                }
            });
        }
        for loose in &stores.loose {
            for start in (0..loose.count()).step_by(256) {
                scope.spawn(move |_| {
                    let mut tools = Tools::default();
                    for place in start..loose.count().min(start + 256) {
                        let number = loose.first + place;
                        let Some((id, kind)) = loose.get(place).filter(|(_, kind)| kinds.contains(kind)) else {
                            continue;
                        };
                        if stores.is_duplicate(number) || !visit.wants(number) {
                            continue;
                        }
                        if cancel.is_set() {
                            return;
                        }
                        let mut buffer = tools.buffer();
                        match loose.read(&mut tools.inflater, &id, &mut buffer) {
                            Ok(_) => visit.object(&Object { id, number, kind, bytes: buffer.bytes(), base: None }),
                            Err(fault) => visit.fault(id, fault),
                        }
                        tools.recycle(buffer);
                    }
                });
            }
        }
    });
}

/// Reads one object by its number.
pub fn read(stores: &Stores, number: u32) -> Result<(Kind, Vec<u8>), Fault> {
    let (kind, buffer) = Tools::default().read(stores, number, 0)?;
    Ok((kind, buffer.bytes().to_vec()))
}

#[derive(Clone, Copy, Debug)]
struct Task {
    pack: u32,
    entry: u32,
}

/// Which families there are: the heavy ones first, one by one, then the rest in the order of the packs, some at a time.
struct Plan {
    heavy: Vec<Task>,
    light: Vec<Task>,
    /// Objects at whose families were cut, by their numbers.
    cut: Bits,
}

impl Plan {
    fn new(stores: &Stores, kinds: &[Kind]) -> Self {
        let threads = rayon::current_num_threads().max(1) as u64;
        let mut plan = Self { heavy: Vec::new(), light: Vec::new(), cut: Bits::new(stores.count()) };
        let mut heavy = Vec::new();
        for (at, pack) in (0_u32..).zip(&stores.packs) {
            let roots =
                (0..pack.count()).filter(|&entry| pack.parent(entry).is_none() && kinds.contains(&pack.kind(entry)));
            let all: u64 = roots.clone().map(|root| u64::from(pack.below(root))).sum();
            let share = u32::try_from(all / (4 * threads)).unwrap_or(u32::MAX).max(WHOLE);
            for root in roots {
                let size = pack.entry(root).map_or(0, |entry| entry.size);
                let weight = size.saturating_mul(u64::from(pack.below(root)));
                if pack.below(root) > share && threads > 1 {
                    plan.split(pack, at, root, share);
                }
                if weight > 1 << 20 {
                    heavy.push((weight, Task { pack: at, entry: root }));
                } else {
                    plan.light.push(Task { pack: at, entry: root });
                }
            }
        }
        heavy.sort_by_key(|&(weight, task)| (std::cmp::Reverse(weight), task.pack, task.entry));
        plan.heavy.extend(heavy.into_iter().map(|(_, task)| task));
        plan
    }

    /// Cuts subtrees off a family that is too large for one thread.
    fn split(&mut self, pack: &Pack, at: u32, root: u32, share: u32) {
        let mut open = vec![root];
        while let Some(entry) = open.pop() {
            for &child in pack.children(entry) {
                let below = pack.below(child);
                if below > share {
                    open.push(child);
                } else if below > share / 4 {
                    self.cut.set(pack.number(child));
                    self.heavy.push(Task { pack: at, entry: child });
                }
            }
        }
    }

    fn chunk(&self, number: usize) -> Option<&[Task]> {
        if let Some(task) = self.heavy.get(number) {
            return Some(std::slice::from_ref(task));
        }
        let start = (number - self.heavy.len()).checked_mul(CHUNK)?;
        let end = (start + CHUNK).min(self.light.len());
        self.light.get(start..end).filter(|chunk| !chunk.is_empty())
    }
}

/// What a thread works with.
#[derive(Default)]
struct Tools {
    inflater: Inflater,
    spare: Vec<Buffer>,
}

impl Tools {
    fn buffer(&mut self) -> Buffer {
        self.spare.pop().unwrap_or_default()
    }

    fn recycle(&mut self, buffer: Buffer) {
        if buffer.is_small() && self.spare.len() < 64 {
            self.spare.push(buffer);
        }
    }

    fn read(&mut self, stores: &Stores, number: u32, depth: usize) -> Result<(Kind, Buffer), Fault> {
        match stores.at(number) {
            Some(At::Pack(at, entry)) => {
                let pack = stores.packs.get(at).ok_or(Fault::Corrupt("is not there"))?;
                Ok((pack.kind(entry), self.entry(stores, pack, entry, depth)?))
            }
            Some(At::Loose(at, place)) => {
                let loose = stores.loose.get(at).ok_or(Fault::Corrupt("is not there"))?;
                let (id, _) = loose.get(place).ok_or(Fault::Corrupt("is not there"))?;
                let mut buffer = self.buffer();
                let kind = loose.read(&mut self.inflater, &id, &mut buffer)?;
                Ok((kind, buffer))
            }
            None => Err(Fault::Corrupt("is not there")),
        }
    }

    /// An entry's object, made from the root of its chain on.
    fn entry(&mut self, stores: &Stores, pack: &Pack, entry: u32, depth: usize) -> Result<Buffer, Fault> {
        let mut chain = vec![entry];
        while let Some(base) = chain.last().and_then(|&entry| pack.parent(entry)) {
            if chain.len() > pack.count() as usize {
                return Err(Fault::Corrupt("is a delta on itself"));
            }
            chain.push(base);
        }
        let root = chain.pop().unwrap_or(entry);
        let mut object = if pack.is_whole(root) {
            let mut object = self.buffer();
            let whole = pack.entry(root)?;
            self.inflater.inflate(whole.stream, whole.size, &mut object)?;
            object
        } else {
            let base = pack.outside_base(root).and_then(|id| stores.locate(&id));
            let base =
                base.filter(|_| depth < OUTSIDE_DEPTH).ok_or(Fault::Corrupt("is a delta whose base is missing"))?;
            let (_, base) = self.read(stores, base, depth + 1)?;
            let object = self.delta(pack, root, base.bytes());
            self.recycle(base);
            object?
        };
        while let Some(entry) = chain.pop() {
            let next = self.delta(pack, entry, object.bytes())?;
            self.recycle(std::mem::replace(&mut object, next));
        }
        Ok(object)
    }

    fn delta(&mut self, pack: &Pack, entry: u32, base: &[u8]) -> Result<Buffer, Fault> {
        let mut delta = self.buffer();
        let mut object = self.buffer();
        let made = pack
            .entry(entry)
            .and_then(|entry| self.inflater.inflate(entry.stream, entry.size, &mut delta))
            .and_then(|()| apply(base, delta.bytes(), &mut object));
        self.recycle(delta);
        match made {
            Ok(()) => Ok(object),
            Err(fault) => {
                self.recycle(object);
                Err(fault)
            }
        }
    }
}

/// A base whose deltas are being made.
struct Frame {
    entry: u32,
    object: Option<Buffer>,
    shown: bool,
    next: usize,
}

struct Worker<'a> {
    stores: &'a Stores,
    plan: &'a Plan,
    visit: &'a dyn Visit,
    tools: Tools,
}

impl Worker<'_> {
    fn family(&mut self, task: Task) {
        let Some(pack) = self.stores.packs.get(task.pack as usize) else { return };
        if !self.is_wanted_below(pack, task.entry) {
            return;
        }
        let object = match self.tools.entry(self.stores, pack, task.entry, 0) {
            Ok(object) => object,
            Err(fault) => return self.fail(pack, task.entry, fault),
        };
        let shown = self.show(pack, task.entry, &object, None);
        let mut live = object.size();
        let mut stack = vec![Frame { entry: task.entry, object: Some(object), shown, next: 0 }];
        while let Some(frame) = stack.last_mut() {
            let children = pack.children(frame.entry);
            let Some(&child) = children.get(frame.next) else {
                let done = stack.pop().and_then(|frame| frame.object);
                live -= done.as_ref().map_or(0, Buffer::size);
                if let Some(object) = done {
                    self.tools.recycle(object);
                }
                continue;
            };
            frame.next += 1;
            if self.plan.cut.get(pack.number(child)) || !self.is_wanted_below(pack, child) {
                continue;
            }
            let base = match frame.object.take() {
                Some(base) => base,
                None => match self.tools.entry(self.stores, pack, frame.entry, 0) {
                    Ok(base) => {
                        live += base.size();
                        base
                    }
                    Err(fault) => {
                        self.fail(pack, child, fault);
                        continue;
                    }
                },
            };
            let made = self.tools.delta(pack, child, base.bytes());
            let known = frame.shown.then_some(base.bytes());
            let shown = made.as_ref().is_ok_and(|object| self.show(pack, child, object, known));
            if frame.next < children.len() {
                frame.object = Some(base);
            } else {
                live -= base.size();
                self.tools.recycle(base);
            }
            match made {
                Ok(object) if pack.children(child).is_empty() => self.tools.recycle(object),
                Ok(object) => {
                    live += object.size();
                    stack.push(Frame { entry: child, object: Some(object), shown, next: 0 });
                    drop_oldest(&mut stack, &mut live);
                }
                Err(fault) => self.fail(pack, child, fault),
            }
        }
    }

    /// Whether anything from this entry on is to be shown. Walks that want everything answer at once.
    fn is_wanted_below(&self, pack: &Pack, entry: u32) -> bool {
        if self.visit.wants(pack.number(entry)) {
            return true;
        }
        let mut open = pack.children(entry).to_vec();
        while let Some(entry) = open.pop() {
            if self.visit.wants(pack.number(entry)) {
                return true;
            }
            open.extend_from_slice(pack.children(entry));
        }
        false
    }

    fn show(&self, pack: &Pack, entry: u32, object: &Buffer, base: Option<&[u8]>) -> bool {
        let number = pack.number(entry);
        if self.stores.is_duplicate(number) || !self.visit.wants(number) {
            return false;
        }
        let (id, kind) = (pack.id(entry), pack.kind(entry));
        self.visit.object(&Object { id, number, kind, bytes: object.bytes(), base });
        true
    }

    /// A faulty entry takes everything with it that builds on it.
    fn fail(&self, pack: &Pack, entry: u32, fault: Fault) {
        let mut open = vec![entry];
        while let Some(entry) = open.pop() {
            let number = pack.number(entry);
            if !self.stores.is_duplicate(number) && self.visit.wants(number) {
                self.visit.fault(pack.id(entry), fault);
            }
            open.extend(pack.children(entry).iter().filter(|&&child| !self.plan.cut.get(pack.number(child))));
        }
    }
}

/// Gives the memory of the oldest bases back while there is too much of it; the newest one stays.
fn drop_oldest(stack: &mut [Frame], live: &mut usize) {
    let Some((_, older)) = stack.split_last_mut() else { return };
    for frame in older {
        if *live <= LIVE {
            return;
        }
        *live -= frame.object.take().map_or(0, |object| object.size());
    }
}
