"""Scripts run inside a rendered page: measure its text; mark what nobody sees, by computed style.

After `KEEP_VISIBLE` the HTML carries `hidden` on every invisible element and no styles at all, so the page
reader needs to guess nothing. Kept apart from the driver: this is data.
"""

TEXT_LENGTH = "document.body ? document.body.innerText.trim().length : 0"

KEEP_VISIBLE = """() => {
  const clear = colour => /^(transparent|rgba\\(.*, 0\\))$/.test(colour);
  const behind = element => {
    for (let node = element; node && node.nodeType === 1; node = node.parentElement) {
      const style = getComputedStyle(node);
      if (style.backgroundImage !== 'none') return null;
      if (!clear(style.backgroundColor)) return style.backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const numbers = colour => (colour.match(/[\\d.]+/g) || []).slice(0, 3).map(Number);
  const alike = (one, other) => {
    const left = numbers(one), right = numbers(other);
    return left.length === 3 && left.every((value, index) => Math.abs(value - right[index]) <= 8);
  };
  const hasOwnText = element =>
    [...element.childNodes].some(node => node.nodeType === 3 && node.nodeValue.trim());
  const inkless = (element, style) => {
    if (!hasOwnText(element) || style.webkitBackgroundClip === 'text') return false;
    if (clear(style.color)) return true;
    const ground = behind(element);
    return ground !== null && alike(style.color, ground);
  };
  const noRoom = (box, style) =>
    (box.width <= 1 || box.height <= 1) &&
    /hidden|clip/.test(style.overflow + style.overflowX + style.overflowY);
  const away = box => box.width > 0 && (box.right + scrollX < -200 || box.bottom + scrollY < -200 ||
    box.left + scrollX > Math.max(innerWidth, document.documentElement.scrollWidth) + 400);
  const unseen = (element, style) => {
    if (style.display === 'none' || Number(style.opacity) < 0.05) return true;
    if (style.visibility !== 'visible')
      return ![...element.querySelectorAll('*')].some(x => getComputedStyle(x).visibility === 'visible');
    if (style.display === 'contents') return false;
    const box = element.getBoundingClientRect();
    if (noRoom(box, style) || away(box)) return true;
    if (hasOwnText(element) && parseFloat(style.fontSize) < 2) return true;
    if (/^rect\\(([01](px)?[, ]*){4}\\)$/.test(style.clip)) return true;
    if (/inset\\((5\\d|[6-9]\\d|100)%/.test(style.clipPath)) return true;
    return inkless(element, style);
  };
  const marks = [], lines = [];
  const misleading = ['hidden', 'd-none', 'invisible', 'opacity-0', 'is-hidden', 'u-hidden', 'sr-only',
    'visually-hidden'];
  for (const element of document.body ? document.body.querySelectorAll('*') : []) {
    const style = getComputedStyle(element);
    if (unseen(element, style)) marks.push(element);
    else if (/^(block|flex|grid|list-item|table)$/.test(style.display)) lines.push(element);
  }
  document.querySelectorAll('style, link[rel~=stylesheet]').forEach(element => element.remove());
  document.querySelectorAll('[style]').forEach(element => element.removeAttribute('style'));
  const hidden = new Set(marks);
  for (const element of document.querySelectorAll('body *'))
    if (!hidden.has(element)) { element.removeAttribute('hidden'); element.classList.remove(...misleading); }
  lines.forEach(element => { element.style.display = 'block'; });
  marks.forEach(element => element.setAttribute('hidden', ''));
  return document.documentElement.outerHTML;
}"""
