" Guardline with ALE. Source this after ALE is loaded. Where several linters are chosen by hand (g:ale_linters),
" add 'guardline' to the list. `:ALECodeAction` offers the fixes.

let g:guardline_executable = get(g:, 'guardline_executable', 'guardline')

function! s:ProjectRoot(buffer) abort
  for l:marker in ['guardline.json', '.git', 'package.json', 'pyproject.toml']
    let l:found = l:marker ==# '.git'
    \ ? ale#path#FindNearestDirectory(a:buffer, l:marker)
    \ : ale#path#FindNearestFile(a:buffer, l:marker)
    if !empty(l:found)
      return fnamemodify(l:found, l:marker ==# '.git' ? ':h:h' : ':h')
    endif
  endfor
  return fnamemodify(bufname(a:buffer), ':p:h')
endfunction

let s:languages = {
\ 'typescript': 'typescript',
\ 'typescriptreact': 'typescriptreact',
\ 'javascript': 'javascript',
\ 'javascriptreact': 'javascriptreact',
\ 'python': 'python',
\ 'json': 'json',
\ 'yaml': 'yaml',
\ 'toml': 'toml',
\ 'sql': 'sql',
\ 'html': 'html',
\ 'vue': 'vue',
\ 'svelte': 'svelte',
\ 'astro': 'astro',
\ 'jinja': 'jinja',
\ 'htmldjango': 'htmldjango',
\ 'ejs': 'ejs',
\ 'handlebars': 'handlebars',
\ 'pug': 'pug',
\ 'firestore': 'firestore',
\ 'dockerfile': 'dockerfile',
\ 'sh': 'shellscript',
\}

for s:filetype in keys(s:languages)
  call ale#linter#Define(s:filetype, {
  \ 'name': 'guardline',
  \ 'lsp': 'stdio',
  \ 'executable': {-> g:guardline_executable},
  \ 'command': '%e lsp',
  \ 'language': s:languages[s:filetype],
  \ 'project_root': function('s:ProjectRoot'),
  \})
endfor
