/** Words come from the locale files: letters may stand neither between tags nor in attributes that are read out. */
const spoken = new Set(['aria-label', 'aria-description', 'alt', 'title', 'placeholder', 'label', 'hint']);
const hasLetters = (text) => /\p{L}/u.test(text);

export const noLiteralText = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { literal: "'{{text}}' is literal text: put it into the locale files and use t()." },
  },
  create(context) {
    const report = (node, text) => context.report({ node, messageId: 'literal', data: { text: text.trim() } });
    return {
      SvelteText(node) {
        if (hasLetters(node.value) && node.parent.type !== 'SvelteStyleElement') report(node, node.value);
      },
      SvelteAttribute(node) {
        if (!spoken.has(node.key.name)) return;
        for (const part of node.value) {
          // An address form such as `https://` is the same in every language.
          if (part.type === 'SvelteLiteral' && hasLetters(part.value) && !/^\w+:\/\/$/.test(part.value)) report(part, part.value);
        }
      },
    };
  },
};
