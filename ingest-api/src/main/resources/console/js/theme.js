// Light or dark: the system's choice, until a person makes one; kept for as long as the page is open.

const dark = window.matchMedia('(prefers-color-scheme: dark)');

const current = () => document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light');

export const other = () => (current() === 'dark' ? 'light' : 'dark');

export function toggle() {
  document.documentElement.dataset.theme = other();
}
