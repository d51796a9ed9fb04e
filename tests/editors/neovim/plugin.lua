-- The plugin's commands, its health check, and what it says in the status line.

local editor = dofile(vim.env.EDITOR_LUA)

local function buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

editor.run(function()
  editor.start()
  editor.open('app/api/notes/[id]/route.ts')
  local guardline = require('guardline')
  editor.wait('the status line', function()
    return guardline.statusline():match('^Guardline: [1-9]%d* handlers checked') ~= nil
  end)
  editor.say('%s', guardline.statusline())

  -- The example file is an env file too, though Neovim alone does not know it.
  editor.open('.env.example')

  vim.cmd.GuardlineAudit()
  editor.wait('the report', function()
    return vim.api.nvim_buf_get_name(0) == 'guardline://audit'
  end)
  assert(vim.bo.filetype == 'markdown' and not vim.bo.modifiable and #buffer_text() > 0, 'the report is not shown')

  vim.cmd('checkhealth guardline')
  local health = buffer_text()
  assert(not health:match('ERROR') and not health:match('WARNING'), health)
  assert(health:match('running for'), health)

  vim.cmd.edit(vim.fn.fnameescape('app/api/notes/[id]/route.ts'))
  local first = guardline.client().id
  vim.cmd.GuardlineRestart()
  editor.wait('another server', function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'guardline' })[1]
    return client ~= nil and client.id ~= first and client.initialized == true
  end)
  editor.wait('the problems of the other server', function()
    return #editor.problems('missing-ownership') == 2
  end)
end)
