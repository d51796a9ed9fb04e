-- :checkhealth guardline

local M = {}

---@param program string
---@return string? version
local function version(program)
  local started, run = pcall(vim.system, { program, '--version' }, { text = true, timeout = 5000 })
  local result = started and run:wait() or nil
  return result and result.code == 0 and vim.trim(result.stdout) or nil
end

function M.check()
  vim.health.start('guardline')

  if vim.fn.has('nvim-0.11') == 0 then
    vim.health.error('Neovim 0.11 or newer is needed')
    return
  end
  vim.health.ok('Neovim ' .. tostring(vim.version()))

  local command = (vim.lsp.config.guardline or {}).cmd
  if type(command) == 'table' then
    local program = command[1]
    if vim.fn.executable(program) == 0 then
      vim.health.error(('`%s` is not a program on PATH'):format(program), {
        'Build it: cargo install --path . --locked',
        "Or name it: vim.lsp.config('guardline', { cmd = { '/path/to/guardline', 'lsp' } })",
      })
      return
    end
    local found = version(program)
    if found then
      vim.health.ok(('%s (%s)'):format(found, vim.fn.exepath(program)))
    else
      vim.health.warn(('`%s --version` did not answer'):format(program))
    end
  end

  if not vim.lsp.is_enabled('guardline') then
    vim.health.warn('not enabled', { "vim.lsp.enable('guardline'), and do not set vim.g.guardline_enable to false" })
    return
  end
  local clients = vim.lsp.get_clients({ name = 'guardline' })
  if #clients == 0 then
    vim.health.info('enabled, and not running: no file that it reads is open')
  end
  for _, client in ipairs(clients) do
    vim.health.ok(('running for %s'):format(client.root_dir or 'a single file'))
  end
end

return M
