/* Building and updating elements. A view builds its elements once and then changes only what differs, so that
 * focus, half-typed input and screen readers are left alone.
 */

/** Make an element. Attributes: `class`, `on` (listeners by event), properties such as `disabled`, else HTML's own. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    set(node, name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function set(node, name, value) {
  if (name === "class") {
    node.className = value;
  } else if (name === "on") {
    Object.entries(value).forEach(([event, listener]) => node.addEventListener(event, listener));
  } else if (name in node && name !== "list" && name !== "form") {
    node[name] = value;
  } else {
    node.setAttribute(name, value);
  }
}

/** Show a text; one that is shown already is not written again, or it would be read out again. */
export function say(node, text) {
  const wanted = text ?? "";
  if (node.textContent !== wanted) {
    node.textContent = wanted;
  }
}

/** Show or hide an element. */
export function show(node, visible) {
  if (node.hidden !== Boolean(visible)) return;
  if (!visible) passFocusOn(node);
  node.hidden = !visible;
}

/** Move the focus out of an element that goes, to the card or pane around it: there the Tab key goes on. */
function passFocusOn(node) {
  if (!node.contains(document.activeElement)) return;
  const place = node.parentElement?.closest(".card, .pane");
  if (place) {
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }
}

/** Set an attribute or a property if it differs. */
export function put(node, name, value) {
  if (node[name] !== value) {
    node[name] = value;
  }
}

/** Show one element for each item, in their order: made by `create` once for a key, then only updated.
 *
 * `create(item)` returns `{node, update(item)}`.
 */
export function list(container, items, keyOf, create) {
  container.parts ??= new Map();
  const wanted = new Map(items.map((item) => [keyOf(item), item]));
  for (const [key, part] of container.parts) {
    if (!wanted.has(key)) {
      passFocusOn(part.node);
      part.node.remove();
      container.parts.delete(key);
    }
  }
  let previous = null;
  for (const [key, item] of wanted) {
    const part = container.parts.get(key) ?? create(item);
    container.parts.set(key, part);
    part.update(item);
    const follows = previous ? previous.nextSibling : container.firstChild;
    if (follows !== part.node) {
      container.insertBefore(part.node, follows);
    }
    previous = part.node;
  }
}
