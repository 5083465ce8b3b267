// How a refusal is said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONSOLE } from './page.mjs'

const { Problem } = await import(new URL('problem.js', CONSOLE))

test('what title and detail both say is said once', () => {
  const refused = new Problem(409, { title: 'Not enough coins', detail: 'Not enough coins' })
  assert.equal(refused.text, 'Not enough coins')
})

test('a detail that says more follows the title', () => {
  const refused = new Problem(409, { title: 'The price is another one', detail: 'It costs 5 coins.' })
  assert.equal(refused.text, 'The price is another one · It costs 5 coins.')
})
