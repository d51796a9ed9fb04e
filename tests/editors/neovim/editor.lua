-- What the scripts of the Neovim tests share. They run as `nvim --headless -l`, with the plugin on the runtime path.

local M = {}

local PATIENCE = tonumber(vim.env.PATIENCE) or 120000

function M.say(...)
  io.stdout:write(string.format(...) .. '\n')
end

---Waits until something is so. There is no event for everything a script can ask for.
function M.wait(what, is_so)
  if not vim.wait(PATIENCE, is_so, 20) then
    for _, problem in ipairs(vim.diagnostic.get()) do
      M.say('%s:%d: %s %s', vim.api.nvim_buf_get_name(problem.bufnr), problem.lnum + 1, problem.code, problem.message)
    end
    error(('waited %d s for %s'):format(PATIENCE / 1000, what), 0)
  end
end

function M.start()
  vim.opt.swapfile = false
  vim.opt.hidden = true
  vim.opt.runtimepath:prepend(vim.env.GUARDLINE_PLUGIN)
  vim.cmd('filetype on')
  vim.lsp.config('guardline', { cmd = { vim.env.GUARDLINE_BIN, 'lsp' }, init_options = { quietMs = 0 } })
  vim.cmd.runtime('plugin/guardline.lua')
end

---@return vim.Diagnostic[]
function M.problems(rule)
  return vim.tbl_filter(function(problem)
    return problem.source == 'guardline' and problem.code == rule
  end, vim.diagnostic.get(0))
end

function M.open(file)
  -- `:edit` of the file one is in means reading it again, which unsaved changes forbid.
  if vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':.') ~= file then
    vim.cmd.edit(vim.fn.fnameescape(file))
  end
  M.wait('the server to attach to ' .. file, function()
    return #vim.lsp.get_clients({ bufnr = 0, name = 'guardline' }) > 0
  end)
end

---Applies the fix whose title begins like this to the first problem of the rule, and waits until the problem is gone.
function M.fix(rule, title)
  M.wait(rule .. ' to be shown', function()
    return #M.problems(rule) > 0
  end)
  local before = #M.problems(rule)
  local problem = M.problems(rule)[1]
  vim.api.nvim_win_set_cursor(0, { problem.lnum + 1, problem.col })
  local titles = {}
  vim.lsp.buf.code_action({
    apply = true,
    context = { only = { 'quickfix' }, diagnostics = vim.lsp.diagnostic.from({ problem }) },
    filter = function(action)
      table.insert(titles, action.title)
      return vim.startswith(action.title, title)
    end,
  })
  M.wait(rule .. ' to be repaired', function()
    return #M.problems(rule) < before
  end)
  return titles
end

---Runs a script to its end and leaves with an exit code that says how it went.
function M.run(script)
  local went_well, failure = xpcall(script, debug.traceback)
  if not went_well then
    M.say('%s', failure)
  end
  vim.lsp.enable('guardline', false)
  local stopped = vim.wait(10000, function()
    return #vim.lsp.get_clients() == 0
  end, 20)
  if not stopped then
    M.say('the server did not stop')
  end
  os.exit(went_well and stopped and 0 or 1)
end

return M
