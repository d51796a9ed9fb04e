export const OPENAI_KEY = "{{openai_project}}";
