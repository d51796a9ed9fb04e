-- What the plugin does beyond starting the server: the audit, the restart, and what the status line can say.

local M = {}

---@class guardline.Understood what the server has understood of a project (`guardline/status`)
---@field files integer
---@field handlers integer
---@field notUnderstood integer
---@field indexing boolean

---@type table<integer, guardline.Understood> by client
local by_client = {}

---@param client_id integer
---@param status guardline.Understood
function M.understood(client_id, status)
  by_client[client_id] = status
  vim.api.nvim_exec_autocmds('User', { pattern = 'GuardlineStatus', data = status, modeline = false })
  vim.cmd.redrawstatus()
end

---What the server of a buffer has understood, if it has said so yet.
---@param bufnr? integer
---@return guardline.Understood?
function M.status(bufnr)
  local client = M.client(bufnr)
  return client and by_client[client.id]
end

---For a status line: `%{v:lua.require'guardline'.statusline()}`. Empty where Guardline does not run.
---@return string
function M.statusline()
  local status = M.status()
  if not status then
    return ''
  end
  if status.indexing then
    return ('Guardline: reading %d files'):format(status.files)
  end
  local text = ('Guardline: %d %s checked'):format(status.handlers, status.handlers == 1 and 'handler' or 'handlers')
  if status.notUnderstood > 0 then
    text = ('%s, %d not understood'):format(text, status.notUnderstood)
  end
  return text
end

---The running server of a buffer, else any.
---@param bufnr? integer
---@return vim.lsp.Client?
function M.client(bufnr)
  return vim.lsp.get_clients({ name = 'guardline', bufnr = bufnr or 0 })[1] or vim.lsp.get_clients({ name = 'guardline' })[1]
end

---@param markdown string
local function show(markdown)
  local name = 'guardline://audit'
  local bufnr = vim.fn.bufnr(name)
  if bufnr == -1 then
    bufnr = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(bufnr, name)
    vim.bo[bufnr].filetype = 'markdown'
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(vim.trim(markdown), '\n'))
  vim.bo[bufnr].modifiable = false
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd.split()
    vim.api.nvim_win_set_buf(0, bufnr)
  end
end

---Asks the server for a report on the whole project and shows it.
function M.audit()
  local client = M.client()
  if not client then
    vim.notify('Guardline is not running here. Open a file of the project, or see :checkhealth guardline', vim.log.levels.WARN)
    return
  end
  local parameters = { command = 'guardline.auditWorkspace', arguments = {} }
  client:request('workspace/executeCommand', parameters, function(failure, markdown)
    if failure then
      vim.notify('Guardline: ' .. failure.message, vim.log.levels.ERROR)
    elseif type(markdown) == 'string' then
      show(markdown)
    end
  end)
end

function M.restart()
  by_client = {}
  vim.lsp.enable('guardline', false)
  vim.lsp.enable('guardline', true)
end

return M
