;;; guardline.el --- Guardline with Eglot  -*- lexical-binding: t; -*-

;; Load this file, then M-x eglot in a file of the project.
;; Eglot runs one server for a buffer. To have Guardline beside another server, see the README.

(require 'eglot)

(defgroup guardline nil
  "Security mistakes in code, marked and repaired."
  :group 'tools)

(defcustom guardline-command '("guardline" "lsp")
  "How the server is started."
  :type '(repeat string)
  :risky t)

(add-to-list 'eglot-server-programs
             `((typescript-mode typescript-ts-mode tsx-ts-mode js-mode js-ts-mode
                python-mode python-ts-mode json-mode json-ts-mode js-json-mode
                yaml-mode yaml-ts-mode toml-ts-mode conf-toml-mode
                sql-mode prisma-mode mhtml-mode html-mode vue-mode svelte-mode astro-ts-mode
                web-mode jinja2-mode pug-mode
                dockerfile-mode dockerfile-ts-mode sh-mode bash-ts-mode)
               . ,(lambda (&rest _) guardline-command)))

(defun guardline-audit ()
  "Report on the whole project."
  (interactive)
  (let ((server (eglot--current-server-or-lose)))
    (jsonrpc-async-request
     server :workspace/executeCommand
     '(:command "guardline.auditWorkspace" :arguments [])
     :timeout 120
     :success-fn (lambda (markdown)
                   (when (stringp markdown)
                     (with-current-buffer (get-buffer-create "*guardline audit*")
                       (let ((inhibit-read-only t))
                         (erase-buffer)
                         (insert markdown)
                         (goto-char (point-min)))
                       (view-mode 1)
                       (display-buffer (current-buffer)))))
     :error-fn (lambda (failure) (message "Guardline: %s" (plist-get failure :message))))))

(provide 'guardline)
;;; guardline.el ends here
