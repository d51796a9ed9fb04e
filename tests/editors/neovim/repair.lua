-- Applies fixes as a person would. The steps come as JSON in $STEPS: [{ file, rule, title, times }].

local editor = dofile(vim.env.EDITOR_LUA)

editor.run(function()
  editor.start()
  for _, step in ipairs(vim.json.decode(vim.env.STEPS)) do
    editor.open(step.file)
    for _ = 1, step.times do
      editor.say('%s: %s', step.file, table.concat(editor.fix(step.rule, step.title), ' | '))
    end
    assert(#editor.problems(step.rule) == 0, step.rule .. ' is still shown in ' .. step.file)
  end
  vim.cmd('silent wall')
end)
