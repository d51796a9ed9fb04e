
mod placeholder;
mod secret_catalogue;
