
mod fixes;
mod placeholder;
mod secret_catalogue;
