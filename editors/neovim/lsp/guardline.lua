-- How Neovim starts Guardline. Override parts of it with `vim.lsp.config('guardline', { … })`.

-- Where Neovim's name for a kind of file is not the protocol's.
local language_ids = { sh = 'shellscript', env = 'dotenv' }

---@type vim.lsp.Config
return {
  cmd = { 'guardline', 'lsp' },
  filetypes = {
    'typescript',
    'typescriptreact',
    'javascript',
    'javascriptreact',
    'python',
    'json',
    'jsonc',
    'yaml',
    'toml',
    'env',
    'dotenv',
    'sh',
    'sql',
    'prisma',
    'html',
    'vue',
    'svelte',
    'astro',
    'jinja',
    'htmldjango',
    'ejs',
    'handlebars',
    'mustache',
    'pug',
    'firestore',
    'dockerfile',
    'markdown',
    'mdx',
    'rst',
    'asciidoc',
    'text',
    'query',
    'scheme',
  },
  root_markers = { 'guardline.json', '.git', { 'package.json', 'pyproject.toml', 'requirements.txt' } },
  get_language_id = function(_, filetype)
    return language_ids[filetype] or filetype
  end,
  handlers = {
    ['guardline/status'] = function(_, status, context)
      require('guardline').understood(context.client_id, status)
    end,
  },
}
