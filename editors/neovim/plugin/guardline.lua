-- Loaded when Neovim starts: the commands, and the server for the files it knows.

if vim.g.loaded_guardline then
  return
end
vim.g.loaded_guardline = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('Guardline needs Neovim 0.11 or newer', vim.log.levels.WARN)
  return
end

-- Neovim knows `.env` but not its sisters. A person's own patterns go before these.
vim.filetype.add({
  pattern = {
    ['.*/%.env%..+'] = { 'sh', { priority = -10 } },
    ['.*/%.dev%.vars.*'] = { 'sh', { priority = -10 } },
  },
})

vim.api.nvim_create_user_command('GuardlineAudit', function()
  require('guardline').audit()
end, { desc = 'Report on the whole project' })

vim.api.nvim_create_user_command('GuardlineRestart', function()
  require('guardline').restart()
end, { desc = 'Stop the Guardline server and start it again' })

if vim.g.guardline_enable ~= false then
  vim.lsp.enable('guardline')
end
