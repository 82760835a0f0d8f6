"""The course's one bibliography: lessons cite by key and list what they cite."""

from html import escape
from typing import NamedTuple


class Reference(NamedTuple):
    """One work of the bibliography."""

    authors: str
    year: int
    title: str
    where: str


BIBLIOGRAPHY = {
    "ANLP 2025": Reference(
        "Carnegie Mellon University",
        2025,
        "Advanced natural language processing, autumn 2025: code, 05_transformers",
        "github.com/cmu-l3/anlp-fall2025-code; the mistake is its issue 1, since repaired",
    ),
    "Alpaydin 1998": Reference(
        "E. Alpaydin, C. Kaynak",
        1998,
        "Optical recognition of handwritten digits",
        "UCI machine learning repository; its test set is in scikit-learn",
    ),
    "Article 2024": Reference(
        "小森", 2024, "注意力机制介绍", "Tencent Cloud developer community, 22 December 2024"
    ),
    "Bahdanau 2015": Reference(
        "D. Bahdanau, K. Cho, Y. Bengio",
        2015,
        "Neural machine translation by jointly learning to align and translate",
        "ICLR; arXiv:1409.0473",
    ),
    "Bengio 1994": Reference(
        "Y. Bengio, P. Simard, P. Frasconi",
        1994,
        "Learning long-term dependencies with gradient descent is difficult",
        "IEEE Transactions on Neural Networks 5 (2)",
    ),
    "Britz 2017": Reference(
        "D. Britz, A. Goldie, M.-T. Luong, Q. Le",
        2017,
        "Massive exploration of neural machine translation architectures",
        "EMNLP; arXiv:1703.03906",
    ),
    "Bugliarello 2021": Reference(
        "E. Bugliarello, R. Cotterell, N. Okazaki, D. Elliott",
        2021,
        "Multimodal pretraining unmasked: a meta-analysis and a unified framework of "
        "vision-and-language BERTs",
        "TACL 9; arXiv:2011.15124",
    ),
    "Chan 2016": Reference(
        "W. Chan, N. Jaitly, Q. V. Le, O. Vinyals",
        2016,
        "Listen, attend and spell: a neural network for large vocabulary conversational speech "
        "recognition",
        "ICASSP; arXiv:1508.01211",
    ),
    "Chiu 2018": Reference(
        "C.-C. Chiu, T. N. Sainath, Y. Wu, R. Prabhavalkar, P. Nguyen, Z. Chen, A. Kannan, "
        "R. J. Weiss, K. Rao, E. Gonina, N. Jaitly, B. Li, J. Chorowski, M. Bacchiani",
        2018,
        "State-of-the-art speech recognition with sequence-to-sequence models",
        "ICASSP; arXiv:1712.01769",
    ),
    "Cho 2014a": Reference(
        "K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk, Y. Bengio",
        2014,
        "Learning phrase representations using RNN encoder–decoder "
        "for statistical machine translation",
        "EMNLP; arXiv:1406.1078",
    ),
    "Cho 2014b": Reference(
        "K. Cho, B. van Merriënboer, D. Bahdanau, Y. Bengio",
        2014,
        "On the properties of neural machine translation: encoder–decoder approaches",
        "SSST-8; arXiv:1409.1259",
    ),
    "Chorowski 2015": Reference(
        "J. Chorowski, D. Bahdanau, D. Serdyuk, K. Cho, Y. Bengio",
        2015,
        "Attention-based models for speech recognition",
        "NIPS; arXiv:1506.07503",
    ),
    "Crouch 2004": Reference(
        "C. Crouch, A. P. Fagen, J. P. Callan, E. Mazur",
        2004,
        "Classroom demonstrations: learning tools or entertainment?",
        "American Journal of Physics 72 (6)",
    ),
    "Dao 2022": Reference(
        "T. Dao, D. Y. Fu, S. Ermon, A. Rudra, C. Ré",
        2022,
        "FlashAttention: fast and memory-efficient exact attention with IO-awareness",
        "NeurIPS; arXiv:2205.14135",
    ),
    "Glorot 2010": Reference(
        "X. Glorot, Y. Bengio",
        2010,
        "Understanding the difficulty of training deep feedforward neural networks",
        "AISTATS",
    ),
    "Graves 2014": Reference(
        "A. Graves, G. Wayne, I. Danihelka", 2014, "Neural Turing machines", "arXiv:1410.5401"
    ),
    "Jacovi 2020": Reference(
        "A. Jacovi, Y. Goldberg",
        2020,
        "Towards faithfully interpretable NLP systems: how should we define and evaluate "
        "faithfulness?",
        "ACL; arXiv:2004.03685",
    ),
    "Jain 2019": Reference(
        "S. Jain, B. C. Wallace", 2019, "Attention is not explanation", "NAACL; arXiv:1902.10186"
    ),
    "Kingma 2015": Reference(
        "D. P. Kingma, J. Ba",
        2015,
        "Adam: a method for stochastic optimization",
        "ICLR; arXiv:1412.6980",
    ),
    "Kitaev 2020": Reference(
        "N. Kitaev, Ł. Kaiser, A. Levskaya",
        2020,
        "Reformer: the efficient transformer",
        "ICLR; arXiv:2001.04451",
    ),
    "Luong 2015": Reference(
        "M.-T. Luong, H. Pham, C. D. Manning",
        2015,
        "Effective approaches to attention-based neural machine translation",
        "EMNLP; arXiv:1508.04025",
    ),
    "Martins 2016": Reference(
        "A. F. T. Martins, R. F. Astudillo",
        2016,
        "From softmax to sparsemax: a sparse model of attention and multi-label classification",
        "ICML; arXiv:1602.02068",
    ),
    "Milakov 2018": Reference(
        "M. Milakov, N. Gimelshein",
        2018,
        "Online normalizer calculation for softmax",
        "arXiv:1805.02867",
    ),
    "Mnih 2014": Reference(
        "V. Mnih, N. Heess, A. Graves, K. Kavukcuoglu",
        2014,
        "Recurrent models of visual attention",
        "NIPS; arXiv:1406.6247",
    ),
    "Nuñez 2018": Reference(
        "J. R. Nuñez, C. R. Anderton, R. S. Renslow",
        2018,
        "Optimizing colormaps with consideration for color vision deficiency to enable accurate "
        "interpretation of scientific data",
        "PLOS ONE 13 (7)",
    ),
    "Pascanu 2013": Reference(
        "R. Pascanu, T. Mikolov, Y. Bengio",
        2013,
        "On the difficulty of training recurrent neural networks",
        "ICML; arXiv:1211.5063",
    ),
    "Rao 2015": Reference(
        "K. Rao, F. Peng, H. Sak, F. Beaufays",
        2015,
        "Grapheme-to-phoneme conversion using long short-term memory recurrent neural networks",
        "ICASSP",
    ),
    "Robertson 2017": Reference(
        "S. Robertson",
        2017,
        "Translation with a sequence to sequence network and attention",
        "PyTorch tutorials, the edition of 2017; discussed in issues 87, 130 and 1098 of "
        "github.com/pytorch/tutorials and issue 16 of github.com/spro/practical-pytorch, "
        "replaced in pull request 2452",
    ),
    "See 2017": Reference(
        "A. See, P. J. Liu, C. D. Manning",
        2017,
        "Get to the point: summarization with pointer-generator networks",
        "ACL; arXiv:1704.04368",
    ),
    "Sutskever 2014": Reference(
        "I. Sutskever, O. Vinyals, Q. V. Le",
        2014,
        "Sequence to sequence learning with neural networks",
        "NIPS; arXiv:1409.3215",
    ),
    "Toshniwal 2016": Reference(
        "S. Toshniwal, K. Livescu",
        2016,
        "Jointly learning to align and convert graphemes to phonemes with neural attention models",
        "SLT; arXiv:1610.06540",
    ),
    "Vaswani 2017": Reference(
        "A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, "
        "I. Polosukhin",
        2017,
        "Attention is all you need",
        "NIPS; arXiv:1706.03762",
    ),
    "Wiegreffe 2019": Reference(
        "S. Wiegreffe, Y. Pinter",
        2019,
        "Attention is not not explanation",
        "EMNLP; arXiv:1908.04626",
    ),
    "Williams 1989": Reference(
        "R. J. Williams, D. Zipser",
        1989,
        "A learning algorithm for continually running fully recurrent neural networks",
        "Neural Computation 1 (2)",
    ),
    "Xu 2015": Reference(
        "K. Xu, J. Ba, R. Kiros, K. Cho, A. Courville, R. Salakhutdinov, R. Zemel, Y. Bengio",
        2015,
        "Show, attend and tell: neural image caption generation with visual attention",
        "ICML; arXiv:1502.03044",
    ),
    "Yao 2015": Reference(
        "K. Yao, G. Zweig",
        2015,
        "Sequence-to-sequence neural net models for grapheme-to-phoneme conversion",
        "Interspeech; arXiv:1506.00196",
    ),
}


class References:
    """A list of works that shows as HTML in a notebook and as text elsewhere."""

    def __init__(self, keys):
        self.works = {key: find(key) for key in keys}

    def __repr__(self):
        return "\n".join(
            f"[{key}] {work.authors} ({work.year}). {work.title}. {work.where}."
            for key, work in self.works.items()
        )

    def _repr_html_(self):
        items = "".join(
            f"<li><b>[{escape(key)}]</b> {escape(work.authors)} ({work.year}). "
            f"<i>{escape(work.title)}</i>. {escape(work.where)}.</li>"
            for key, work in self.works.items()
        )
        return f"<ul>{items}</ul>"


def references(*keys):
    """Return the works behind the keys, for a lesson's end. Raises KeyError for unknown keys."""
    return References(keys)


def find(key):
    """Return the work behind a key such as "Bahdanau 2015". Raises KeyError for another."""
    if key not in BIBLIOGRAPHY:
        raise KeyError(f"the bibliography has no {key!r}; it has {', '.join(BIBLIOGRAPHY)}")
    return BIBLIOGRAPHY[key]
