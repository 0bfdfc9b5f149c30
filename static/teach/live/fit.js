// Text as large as its place allows.

const SMALLEST_VMIN = 2.4;
const LARGEST_VMIN = 7.4;
const NEAR_VMIN = 0.1;

/** Sets the size of the text in `place` so that its only child fits. Call `fit()` when the text has changed. */
export function fitted(place) {
  let seen = "";
  const setSize = () => {
    if (place.hidden || place.clientHeight === 0) return;
    let [low, high] = [SMALLEST_VMIN, LARGEST_VMIN];
    while (high - low > NEAR_VMIN) {
      const middle = (low + high) / 2;
      place.style.fontSize = `${middle}vmin`;
      if (place.firstChild.offsetHeight <= place.clientHeight && place.firstChild.scrollWidth <= place.clientWidth) low = middle;
      else high = middle;
    }
    place.style.fontSize = `${low}vmin`;
  };
  const watch = new ResizeObserver(setSize);
  watch.observe(place);
  return {
    fit() {
      const now = `${place.hidden} ${place.textContent}`;
      if (now === seen) return;
      seen = now;
      setSize();
    },
    close: () => watch.disconnect(),
  };
}
