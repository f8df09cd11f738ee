//! Things that wait for themselves.

/// Finds the nodes of a graph that stand on a cycle; each cycle is named once, by its least node.
///
/// `edges[i]` lists what `i` depends on.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for start in 0..edges.len() {
        if found.iter().any(|cycle| cycle.contains(&start)) {
            continue;
        }
        if let Some(path) = path_back(edges, start) {
            found.push(path);
        }
    }
    found
}

/// A way from `start` back to `start`, breadth first, so that the shortest is shown.
fn path_back(edges: &[Vec<usize>], start: usize) -> Option<Vec<usize>> {
    let mut came_from: Vec<Option<usize>> = vec![None; edges.len()];
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &next in edges.get(node).map(Vec::as_slice).unwrap_or_default() {
            if next == start {
                let mut path = vec![node];
                let mut at = node;
                while at != start {
                    at = came_from.get(at).copied().flatten()?;
                    path.push(at);
                }
                path.reverse();
                return Some(path);
            }
            if let Some(slot) = came_from.get_mut(next)
                && slot.is_none()
            {
                *slot = Some(node);
                queue.push_back(next);
            }
        }
    }
    None
}

/// Writes a cycle as `a`, `b`, `a`.
pub(super) fn written(cycle: &[usize], names: &[&str]) -> String {
    let name = |i: &usize| format!("`{}`", names.get(*i).copied().unwrap_or_default());
    let mut all: Vec<String> = cycle.iter().map(name).collect();
    all.extend(cycle.first().map(name));
    all.join(" waits for ")
}
