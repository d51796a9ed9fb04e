
mod fixes;
