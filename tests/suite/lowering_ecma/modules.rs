use guardline::syntax::Language;

use super::{check, model_of};

#[test]
fn imports() {
    check(&[
        ("import a from 'm'", r#"(import "m" default:a)"#),
        ("import { a, b as c, default as d, 'x y' as e } from './m'", r#"(import "./m" a b:c default:d "x y":e)"#),
        ("import * as a from '@/m'", r#"(import "@/m" *:a)"#),
        ("import a, { b } from 'm'", r#"(import "m" default:a b)"#),
        ("import a, * as b from 'm'", r#"(import "m" default:a *:b)"#),
        ("import type { A, B as C } from 'm'", r#"(import type "m" A B:C)"#),
        ("import type A from 'm'", r#"(import type "m" default:A)"#),
        ("import { type A, b, type C as D } from 'm'", r#"(import "m" type A b type C:D)"#),
        ("import 'server-only'", r#"(import bare "server-only")"#),
        ("import {} from 'm'", r#"(import "m")"#),
        ("import a = require('m')", r#"(import "m" *:a)"#),
        ("import a = b.c.d", "(const a (. (. b c) d))"),
        ("import data from './a.json' with { type: 'json' }", r#"(import "./a.json" default:data)"#),
        ("const a = require('m'), { b } = require('n')", r#"(const a (call require "m")) (const {b: b} (call require "n"))"#),
        ("const a = await import('m')", r#"(const a (await (call import "m")))"#),
    ]);
}

#[test]
fn exports() {
    check(&[
        ("export const a = 1, b = 2", "(export (const a 1)) (export (const b 2))"),
        ("export function f() {}", "(export (function f () {}))"),
        ("export async function* f() {}", "(export (function async generator f () {}))"),
        ("export class A {}", "(export (class A))"),
        ("export abstract class A {}", "(export (class A))"),
        ("export enum A { B }", "(export (const A (object B: 0)))"),
        ("export namespace A { b }", "(export {b})"),
        ("export import a = b.c", "(export (const a (. b c)))"),
        ("export default function f() {}", "(export default (function f () {}))"),
        ("export default class A {}", "(export default (class A))"),
        ("export default function () {}", "(export-default (function () {}))"),
        ("export default class {}", "(export-default (class))"),
        ("export default { a }", "(export-default (object a))"),
        ("export default async (a) => b", "(export-default (arrow async (a) => b))"),
        ("export default auth(handler) as T", "(export-default (call auth handler))"),
        ("export { a, b as c, d as default, e as 'x y' }", r#"(export-names a b:c d:default e:"x y")"#),
        ("export { a, type B } from 'm'", r#"(export-names a type B from "m")"#),
        ("export type { A, B as C } from 'm'", r#"(export-names type A B:C from "m")"#),
        ("export * from 'm'", r#"(export-names * from "m")"#),
        ("export * as a from 'm'", r#"(export-names *:a from "m")"#),
        ("export {}", "(export-names)"),
        ("export = a", "(= (place (. module exports)) a)"),
        ("exports.a = b; module.exports = { c }", "(= (place (. exports a)) b) (= (place (. module exports)) (object c))"),
        ("export const { GET, POST } = handlers", "(export (const {GET: GET POST: POST} handlers))"),
    ]);
}

#[test]
fn directives_comments_and_hash_bangs() {
    let source = "#!/usr/bin/env node\n// top\n'use client'\n\"use strict\";\n/* a */ import x from 'y' // b\n'late'\n";
    let model = model_of(Language::JavaScript, source);
    assert_eq!(model.directives, ["use client", "use strict"]);
    let comments: Vec<_> = model.comments().map(|(span, comment)| (span.of(source), comment.text.as_str())).collect();
    assert_eq!(comments, [("// top", "// top"), ("/* a */", "/* a */"), ("// b", "// b")]);
    assert!(model.segments.iter().all(|placed| !placed.segment.is_incomplete()));
    assert!(model.segments[0].segment.body.is_empty());
}

#[test]
fn comments_are_found_wherever_they_stand() {
    let source = "interface A { /* 1 */ b: string // 2\n}\nfunction f(a /* 3 */, b: /* 4 */ string) {\n  // 5\n  return ( /* 6 */ <p title=\"// no\">// no {/* 7 */} https://no</p>) // 8\n}\nconst u = 'https://no' + `/* no */` // 9\n";
    let model = model_of(Language::Tsx, source);
    let texts: Vec<_> = model.comments().map(|(_, comment)| comment.text.as_str()).collect();
    assert_eq!(texts, ["/* 1 */", "// 2", "/* 3 */", "/* 4 */", "// 5", "/* 6 */", "/* 7 */", "// 8", "// 9"]);
    for (span, comment) in model.comments() {
        assert_eq!(span.of(source), comment.text);
    }
}
